using k8s;
using k8s.Models;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Cli.Cluster;

/// <summary>One cluster, as one user.</summary>
/// <param name="ns">That is meant where nothing else is said.</param>
/// <param name="user">The kubeconfig's name for the user; null: it has none.</param>
internal sealed class ClusterConnection(k8s.Kubernetes connection, string ns, string? user) : IDisposable
{
    private static readonly ApiResource SelfReviews = new("authentication.k8s.io", "v1", "selfsubjectreviews", "SelfSubjectReview", false);

    public ApiClient Client { get; } = new(connection);

    public string Namespace => ns;

    public string Server => connection.BaseUri.GetLeftPart(UriPartial.Authority);

    /// <summary>Who the cluster takes the user for, else what the kubeconfig calls them.</summary>
    public async Task<string?> UserAsync(CancellationToken cancellation)
    {
        try
        {
            var review = new V1SelfSubjectReview { ApiVersion = SelfReviews.ApiVersion, Kind = SelfReviews.Kind };
            return (await Client.CreateAsync(SelfReviews, null, review, cancellation)).Status?.UserInfo?.Username ?? user;
        }
        catch (ApiException)
        {
            // Older clusters do not serve it, and some forbid it.
            return user;
        }
    }

    public void Dispose() => connection.Dispose();
}
