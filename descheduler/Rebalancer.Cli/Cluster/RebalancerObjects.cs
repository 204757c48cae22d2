using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Cli.Cluster;

/// <summary>Rebalancer's own objects in a cluster.</summary>
internal static class RebalancerObjects
{
    /// <exception cref="CliException">Rebalancer is not installed.</exception>
    public static async Task<List<T>> OwnAsync<T>(this ClusterConnection cluster, ApiResource resource, CancellationToken cancellation, string? ns = null)
    {
        try
        {
            return await cluster.Client.ListAsync<T>(resource, cancellation, ns);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            throw new CliException(ExitCode.BadInput, $"Rebalancer is not installed in {cluster.Server}: there are no {resource.Plural}.{resource.Group}");
        }
    }

    /// <summary>The policy of this name, or all where none is named.</summary>
    /// <exception cref="CliException">There is none.</exception>
    public static async Task<List<RebalancePolicy>> PoliciesAsync(this ClusterConnection cluster, string? name, CancellationToken cancellation)
    {
        var all = await cluster.OwnAsync<RebalancePolicy>(ApiResource.RebalancePolicies, cancellation);
        var meant = all.Where(p => name is null || p.Metadata.Name == name).OrderBy(p => p.Metadata.Name, StringComparer.Ordinal).ToList();
        return meant.Count > 0 ? meant
            : name is null ? throw new CliException(ExitCode.BadInput, $"there is no {RebalancePolicy.RebalancePolicyKind} in {cluster.Server}")
            : throw CliException.NotFound(RebalancePolicy.RebalancePolicyKind, name);
    }
}
