using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Certificates;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Descheduler.Certificates;

/// <summary>Who signs the agents' certificates: kept in a Secret, and published in a ConfigMap as what agents are to trust.</summary>
internal sealed class AgentAuthority(ApiClient client, SecretStore secrets, DeschedulerOptions options, TimeProvider clock)
{
    private const string CommonName = "rebalancer-agents";

    /// <summary>Makes or renews it where it is due, and publishes it.</summary>
    public async Task<AuthorityChain> EnsureAsync(CancellationToken cancellation)
    {
        var data = await secrets.EnsureAsync(Names.AgentAuthority, Renew, cancellation);
        var chain = AuthorityChain.Read(data);
        await PublishAsync(chain.TrustPem, cancellation);
        return chain;
    }

    private Dictionary<string, string> Renew(Dictionary<string, string> data)
    {
        if (data.Count == 0)
        {
            using var first = AuthorityChain.Create(CommonName, clock);
            return first.Write();
        }

        using var chain = AuthorityChain.Read(data);
        if (!chain.IsDue(clock)) { return data; }
        using var next = chain.Next(CommonName, clock);
        return next.Write();
    }

    private async Task PublishAsync(string trustPem, CancellationToken cancellation)
    {
        var known = await client.GetAsync<V1ConfigMap>(ApiResource.ConfigMaps, options.Namespace, Names.AgentAuthority, cancellation);
        if (known?.Data is { } data && data.TryGetValue(Names.TrustKey, out var published) && published == trustPem) { return; }
        var wanted = new V1ConfigMap
        {
            ApiVersion = ApiResource.ConfigMaps.ApiVersion,
            Kind = ApiResource.ConfigMaps.Kind,
            Metadata = new V1ObjectMeta { Name = Names.AgentAuthority, NamespaceProperty = options.Namespace, ResourceVersion = known?.Metadata.ResourceVersion },
            Data = new Dictionary<string, string> { [Names.TrustKey] = trustPem },
        };
        _ = known is null
            ? await client.CreateAsync(ApiResource.ConfigMaps, options.Namespace, wanted, cancellation)
            : await client.ReplaceAsync(ApiResource.ConfigMaps, options.Namespace, Names.AgentAuthority, wanted, cancellation);
    }
}
