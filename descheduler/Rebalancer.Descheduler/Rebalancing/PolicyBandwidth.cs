using Rebalancer.Descheduler.Cluster;
using Rebalancer.Descheduler.Migrations;
using Rebalancer.Descheduler.Policies;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Informers;

namespace Rebalancer.Descheduler.Rebalancing;

/// <summary>The limits of moves with what policies say of the bandwidth: the smallest that any of them names, else what the program was started with.</summary>
internal sealed class PolicyBandwidth
{
    private readonly ClusterCache cache;
    private readonly MoveLimits started;

    public PolicyBandwidth(ClusterCache cache, MoveLimits limits)
    {
        (this.cache, started, Limits) = (cache, limits, limits);
        cache.Policies.OnChange(Update);
    }

    public MoveLimits Limits { get; private set; }

    private void Update(Change<RebalancePolicy> change)
    {
        var said = cache.Policies.List().Select(p => PolicyRules.Of(p)?.BandwidthMbit).OfType<long>().ToList();
        // 0 is no limit, and gives way to any.
        Limits = said.Count == 0 ? started : started with { ClusterBandwidthMbit = said.Where(mbit => mbit > 0).DefaultIfEmpty(0).Min() };
    }
}
