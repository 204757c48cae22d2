using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Memory;

/// <summary>What is known of a move when its rounds are over.</summary>
/// <param name="Asked">spec.strategy.</param>
/// <param name="Fits">What is left to send fits into the freeze budget, with the pod slowed down as far as it may be.</param>
/// <param name="HasDeadline">The source may be gone then.</param>
/// <param name="IsRestoredBeforeCommit">False for a bare pod, whose copy is only made after the commit.</param>
/// <param name="TakesLatePages">The target's agent knows how.</param>
internal readonly record struct StrategyFacts(string Asked, bool Fits, bool HasDeadline, bool IsRestoredBeforeCommit, bool TakesLatePages);

/// <param name="Strategy">PreCopy or PostCopy.</param>
/// <param name="Reason">Empty where there was no choice to be made.</param>
internal readonly record struct ChosenStrategy(string Strategy, string Reason);

/// <summary>
/// Whether the pod may run on its target before all of its memory is there. Between its commit and the last page it then depends on both nodes: one of
/// them lost is the pod lost. So that is done where it is asked for, or where the move could not be made otherwise. Pure.
/// </summary>
internal static class StrategyChoice
{
    public static ChosenStrategy Of(StrategyFacts facts)
    {
        var wanted = facts.Asked == Strategies.PostCopy || (facts.Asked == Strategies.Auto && !facts.Fits);
        if (!wanted) { return new ChosenStrategy(Strategies.PreCopy, ""); }
        if (Obstacle(facts) is { } obstacle) { return new ChosenStrategy(Strategies.PreCopy, $"no post-copy: {obstacle}"); }
        return new ChosenStrategy(Strategies.PostCopy, facts.Asked == Strategies.PostCopy ? "post-copy as asked for" : "post-copy, since what is left does not fit into the freeze budget");
    }

    /// <summary>Why every page must be on the target before the pod runs there; null: it need not.</summary>
    private static string? Obstacle(StrategyFacts facts)
    {
        if (facts.HasDeadline) { return "the source may be gone after the deadline"; }
        if (!facts.IsRestoredBeforeCommit) { return "the copy of a bare pod is made after the commit"; }
        return facts.TakesLatePages ? null : "the target's agent is of an older version";
    }
}
