using System.Collections.Immutable;
using k8s.Models;
using Rebalancer.Descheduler.Policies;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Policy;

namespace Rebalancer.Descheduler.Interruptions.Ahead;

/// <summary>A valid policy that has pods copied ahead.</summary>
/// <param name="IsPaused">It begins nothing.</param>
internal sealed record AheadPolicy(RebalanceRules Rules, bool IsPaused)
{
    public AheadRules Ahead => Rules.Ahead!;

    /// <summary>What touches running pods on a mere risk is only for a policy that acts by itself.</summary>
    /// <returns>Null: it copies nothing ahead, or is none.</returns>
    public static AheadPolicy? Of(RebalancePolicy policy)
        => PolicyRules.Of(policy) is { Mode: RebalanceMode.Auto, Ahead: not null } rules ? new AheadPolicy(rules, PolicyRules.Paused(policy) is not null) : null;
}

/// <summary>A pod to be copied ahead.</summary>
/// <param name="Name">Of its Migration.</param>
internal sealed record AheadCopy(V1Pod Pod, string Name, RebalanceRules Rules);

/// <summary>What the risk of nodes asks for.</summary>
/// <param name="Create">In the order in which they are to begin, as many as may be.</param>
/// <param name="Withdraw">Held moves whose node's risk has passed.</param>
internal sealed record AheadPlan(ImmutableArray<AheadCopy> Create, ImmutableArray<Migration> Withdraw);
