using System.Collections.Immutable;
using Rebalancer.Model;
using Rebalancer.Planning.Placement;
using Rebalancer.Policy.Cost;
using Rebalancer.Policy.Cost.Catalogue;

namespace Rebalancer.Planning;

/// <summary>Whether a plan should be acted on.</summary>
public enum PlanVerdict
{
    /// <summary>It pays, by every rule.</summary>
    Act,

    /// <summary>There is nothing to do.</summary>
    NothingToDo,

    /// <summary>The moves cost more than they bring.</summary>
    NoBenefit,

    /// <summary>It saves, but less than the policy asks for to begin with.</summary>
    BelowThreshold,

    /// <summary>It saves too little for the number of pods that it disturbs.</summary>
    TooDisruptive,
}

/// <summary>What to move where, in which order, what that brings and why. The moves of a wave run together; a wave begins when the one before has ended.</summary>
public sealed record MovePlan
{
    public required PlanVerdict Verdict { get; init; }

    /// <summary>Why that verdict, with the values.</summary>
    public required string Reason { get; init; }
    public required PlanBalance Balance { get; init; }

    /// <summary>To be there before the first wave.</summary>
    public ImmutableArray<NewNode> NewNodes { get; init; } = [];
    public ImmutableArray<MoveWave> Waves { get; init; } = [];

    /// <summary>Nodes that nothing keeps when all waves have ended, in name order; those that were empty before among them.</summary>
    public ImmutableArray<FreedNode> FreedNodes { get; init; } = [];

    /// <summary>Every other node, and why it could not be emptied.</summary>
    public ImmutableArray<KeptNode> KeptNodes { get; init; } = [];

    /// <summary>Of nodes whose price could not be read as it stands.</summary>
    public ImmutableArray<InvalidField> Warnings { get; init; } = [];

    public IEnumerable<PlannedMove> Moves => Waves.SelectMany(w => w.Moves);
}

public sealed record MoveWave(ImmutableArray<PlannedMove> Moves);

/// <param name="Cost">What the move itself costs, once: freeze, bytes, risk of failure.</param>
/// <param name="Reason">What it is for.</param>
/// <param name="IsEviction">The pod does not move live: it is evicted, and its owner starts it anew. Where, the scheduler decides; the target is where there is room for it.</param>
public sealed record PlannedMove(string Namespace, string Pod, string Uid, string Source, string Target, Money Cost, string Reason, bool IsEviction = false);

/// <param name="Like">The node whose labels, taints and zone it has.</param>
public sealed record NewNode(string Name, string InstanceType, string Like, NodePrice Price)
{
    /// <summary>The node as it comes, before its daemons are there.</summary>
    /// <param name="like">The node that it is modelled on.</param>
    /// <param name="instanceType">One of the catalogue's.</param>
    public static NodeInfo Of(NodeInfo like, string instanceType) => Offers.Make(like, Ec2Catalogue.Instance.Types[instanceType], []);
}

/// <param name="WasEmpty">No move is needed for it, and none of the plan's saving is its price.</param>
public sealed record FreedNode(string Name, NodePrice Price, bool WasEmpty);

public sealed record KeptNode(string Name, NodePrice Price, string Reason);

/// <summary>A plan's account. Rates are per hour.</summary>
/// <param name="Before">Cost of all nodes.</param>
/// <param name="After">Cost of all nodes when the plan is carried out, nodes that were empty before still counted.</param>
/// <param name="RiskAndWishes">What the plan changes in expected loss by interruptions and in wishes that are not met; above 0 is better.</param>
/// <param name="Moving">What the moves cost, once.</param>
/// <param name="StableHours">Hours for which rates are counted.</param>
public sealed record PlanBalance(Money Before, Money After, Money RiskAndWishes, Money Moving, double StableHours, int Moves, int Pods)
{
    public Money Saved => Before - After;

    public Money NetBenefit => (Saved + RiskAndWishes) * (decimal)StableHours - Moving;

    public double SavingShare => Before.Usd > 0 ? (double)(Saved.Usd / Before.Usd) : 0;

    public double DisruptionShare => Pods > 0 ? (double)Moves / Pods : 0;
}
