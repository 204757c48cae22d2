using System.Collections.Immutable;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;
using Rebalancer.Policy;
using Rebalancer.Rebalancing.Proposals;

namespace Rebalancer.Rebalancing.Running;

/// <summary>All that the next step of one plan depends on.</summary>
public sealed record PlanView
{
    public required RebalancePlan Plan { get; init; }
    public required DateTimeOffset Now { get; init; }

    /// <summary>So long after it was made a plan is looked at again and begins: nothing is done about a cluster that is still changing. Karpenter waits 15 s.</summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Of the plan's policy as it is now; null: it is gone, or makes no sense.</summary>
    public RebalanceRules? Rules { get; init; }
    public long PolicyGeneration { get; init; }

    /// <summary>Why nothing is to begin; null: it may.</summary>
    public string? Paused { get; init; }

    /// <summary>A newer plan of the policy; null: there is none.</summary>
    public string? FollowedBy { get; init; }

    /// <summary>Another plan that runs: there is one at a time in a cluster, since each counts on all the room that it saw.</summary>
    public string? OtherRuns { get; init; }

    /// <summary>When the policy's last plan that was carried out ended.</summary>
    public DateTimeOffset? LastEnded { get; init; }

    /// <summary>See <see cref="CircuitBreaker"/>.</summary>
    public DateTimeOffset? BreakerOpenUntil { get; init; }
    public int Nodes { get; init; }
    public int Pods { get; init; }

    /// <summary>The Migration of each move, by its number; null where there is none.</summary>
    public required Func<int, Migration?> Migration { get; init; }

    /// <summary>The pod under a move's name as it is now; null: there is none.</summary>
    public required Func<PlanMove, PodInfo?> Pod { get; init; }

    /// <summary>The node on which the placeholder of a new node is, by the new node's number; null: it is on none yet.</summary>
    public Func<int, string?> ArrivedNode { get; init; } = static _ => null;

    /// <summary>Looks at the whole cluster again: why the plan no longer holds, null where it does. Takes as long as a first plan; asked once, just before its moves begin.</summary>
    public required Func<string?> Objection { get; init; }

    /// <summary>With what the plan has to know of others.</summary>
    /// <param name="plans">Of all policies; it is among them.</param>
    public PlanView Beside(IReadOnlyCollection<RebalancePlan> plans)
    {
        var ofPolicy = plans.Where(p => p.Spec.PolicyName == Plan.Spec.PolicyName).ToList();
        return this with
        {
            FollowedBy = ofPolicy.Where(p => ProposalRule.MadeAt(p) > ProposalRule.MadeAt(Plan)).MaxBy(ProposalRule.MadeAt)?.Metadata.Name,
            OtherRuns = plans.FirstOrDefault(p => p.Status.Phase == PlanPhases.Running && p.Metadata.Uid != Plan.Metadata.Uid)?.Metadata.Name,
            LastEnded = ofPolicy.Where(p => p.Status.StartedAt is not null).Max(p => p.Status.CompletedAt),
        };
    }
}

/// <summary>What is to be done about a plan now.</summary>
/// <param name="Status">What is to be said of it; the leader's epoch and generation are added by who writes it.</param>
/// <param name="Begin">Numbers of moves whose Migrations are to be made, or whose pods are to be evicted, once the status is written. An eviction that was refused is among them again.</param>
/// <param name="Abort">Migrations to be given up, where they have not committed.</param>
/// <param name="Emptying">Nodes that are to take no new pods.</param>
/// <param name="LookAgainAfter">Null: when something changes.</param>
public sealed record PlanStep(
    RebalancePlanStatus Status, ImmutableArray<int> Begin, ImmutableArray<string> Abort, ImmutableHashSet<string> Emptying, TimeSpan? LookAgainAfter = null)
{
    /// <summary>Whether the plan's mark on a node, there or not, is to be taken off or put on. What becomes of emptied nodes once the plan has ended is decided elsewhere.</summary>
    public bool Turns(string node, bool isMarked) => isMarked != Emptying.Contains(node) && !(isMarked && PlanPhases.IsFinal(Status.Phase));
}

/// <summary>Why a plan is where it is; for status.reason.</summary>
public static class PlanReasons
{
    public const string Observing = "Observing";
    public const string AwaitsApproval = "AwaitsApproval";
    public const string NothingToDo = "NothingToDo";
    public const string Settling = "Settling";
    public const string Paused = "Paused";
    public const string BudgetClosed = "BudgetClosed";
    public const string CoolDown = "CoolDown";
    public const string AnotherPlanRuns = "AnotherPlanRuns";
    public const string BreakerOpen = "BreakerOpen";

    /// <summary>Nodes that are not there yet have been asked for.</summary>
    public const string AwaitsNodes = "AwaitsNodes";
    public const string NodesDidNotCome = "NodesDidNotCome";
    public const string Moving = "Moving";
    public const string Done = "Done";
    public const string MovesFailed = "MovesFailed";
    public const string RejectedByUser = "RejectedByUser";
    public const string Superseded = "Superseded";
    public const string PolicyChanged = "PolicyChanged";
    public const string NoLongerHolds = "NoLongerHolds";
    public const string TooOld = "TooOld";

    /// <summary>Of a single move: the node that it was to empty stays anyway.</summary>
    public const string NodeStays = "NodeStays";

    /// <summary>Of a single move: the pod is gone, or no longer where it was.</summary>
    public const string PodChanged = "PodChanged";

    /// <summary>Of a single move: disruption budgets have not let the pod be evicted.</summary>
    public const string EvictionRefused = "EvictionRefused";

    /// <summary>Of a single move: the plan stopped before.</summary>
    public const string PlanStopped = "PlanStopped";
}
