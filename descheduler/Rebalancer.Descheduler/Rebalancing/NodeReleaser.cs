using System.Net.Http.Json;
using k8s.Models;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Policy;

namespace Rebalancer.Descheduler.Rebalancing;

/// <summary>Tells whoever takes emptied nodes away. Telling twice does no harm.</summary>
internal sealed class NodeReleaser(ApiClient client, HttpClient http)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <exception cref="InvalidOperationException">The policy names a way that this node does not have.</exception>
    /// <exception cref="HttpRequestException">The webhook has not taken it.</exception>
    public async Task ReleaseAsync(V1Node node, string plan, NodeReleaseRules rules, CancellationToken cancellation)
    {
        switch (rules.Method)
        {
            case NodeReleaseMethod.NodeClaim:
                var claim = node.Metadata.OwnerReferences?.FirstOrDefault(r => r.Kind == ApiResource.NodeClaims.Kind)
                    ?? throw new InvalidOperationException($"node {node.Metadata.Name} has no NodeClaim among its owners, and the policy's release.method is NodeClaim");
                await client.DeleteAsync(ApiResource.NodeClaims, null, claim.Name, claim.Uid, null, cancellation);
                break;
            case NodeReleaseMethod.Webhook:
                using (var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation))
                {
                    limit.CancelAfter(Limit);
                    using var answer = await http.PostAsJsonAsync(rules.Url, new { node = node.Metadata.Name, uid = node.Metadata.Uid, providerId = node.Spec?.ProviderID, plan }, limit.Token);
                    answer.EnsureSuccessStatusCode();
                }

                break;
        }
    }
}
