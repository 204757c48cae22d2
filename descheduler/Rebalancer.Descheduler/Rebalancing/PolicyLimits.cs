using Rebalancer.Descheduler.Cluster;
using Rebalancer.Descheduler.Migrations;
using Rebalancer.Descheduler.Policies;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Informers;
using Rebalancer.Policy;

namespace Rebalancer.Descheduler.Rebalancing;

/// <summary>The limits of moves with what policies say of the bandwidth and of held moves: the smallest that any of them names, else what the program was started with.</summary>
internal sealed class PolicyLimits
{
    private readonly ClusterCache cache;
    private readonly MoveLimits started;

    public PolicyLimits(ClusterCache cache, MoveLimits limits)
    {
        (this.cache, started, Limits) = (cache, limits, limits);
        cache.Policies.OnChange(Update);
    }

    public MoveLimits Limits { get; private set; }

    private void Update(Change<RebalancePolicy> change) => Limits = Of(started, [.. cache.Policies.List().Select(PolicyRules.Of).OfType<RebalanceRules>()]);

    internal static MoveLimits Of(MoveLimits started, IReadOnlyCollection<RebalanceRules> policies)
    {
        var said = policies.Select(p => p.BandwidthMbit).OfType<long>().ToList();
        // 0 is no limit, and gives way to any.
        var limits = said.Count == 0 ? started : started with { ClusterBandwidthMbit = said.Where(mbit => mbit > 0).DefaultIfEmpty(0).Min() };
        var ahead = policies.Select(p => p.Ahead).OfType<AheadRules>().ToList();
        return ahead.Count == 0 ? limits : limits with
        {
            HoldSeconds = ahead.Min(a => a.Longest).TotalSeconds,
            MaxHeldMoves = ahead.Min(a => a.AtOnce),
            MaxHeldMovesPerNode = ahead.Min(a => a.AtOncePerNode),
            HoldBandwidthMbit = ahead.Min(a => a.BandwidthMbit),
        };
    }
}
