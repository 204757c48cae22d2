using System.Globalization;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Policy;

namespace Rebalancer.Rebalancing.Release;

/// <summary>What is to become of a node that a plan has emptied, or was to.</summary>
public enum ReleaseStep
{
    /// <summary>Nothing for now.</summary>
    Wait,

    /// <summary>It has become empty: that is written down, and whoever takes it away is told.</summary>
    Release,

    /// <summary>It is to take pods again.</summary>
    GiveBack,
}

/// <param name="Why">For people, of <see cref="ReleaseStep.GiveBack"/>.</param>
/// <param name="LookAgainAfter">Null: when something changes.</param>
public sealed record ReleaseDecision(ReleaseStep Step, string? Why = null, TimeSpan? LookAgainAfter = null);

/// <summary>The end of an emptied node: released once nothing keeps it, and given back when a pod is there after all or nobody takes it away in time. Pure.</summary>
public static class NodeRelease
{
    /// <summary>The plan whose taint the node carries; null: none.</summary>
    public static string? PlanOf(V1Node node) => node.Spec?.Taints?.FirstOrDefault(t => t.Key == Names.EmptyingTaint)?.Value;

    public static DateTimeOffset? EmptiedAt(V1Node node)
        => node.Metadata.Annotations?.TryGetValue(Names.EmptiedAt, out var text) == true && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;

    /// <param name="node">Carries the taint.</param>
    /// <param name="plan">Whose taint it is; null: it is gone.</param>
    /// <param name="isKept">Some pod is there that does not go with the node.</param>
    /// <param name="rules">Of the plan's policy.</param>
    /// <param name="now">Of this look.</param>
    public static ReleaseDecision Of(V1Node node, RebalancePlan? plan, bool isKept, NodeReleaseRules rules, DateTimeOffset now)
    {
        // As long as it runs, the plan's own looks see to its nodes.
        if (plan?.Status.Phase == PlanPhases.Running)
        {
            return new ReleaseDecision(ReleaseStep.Wait);
        }

        // A taint follows the status that says Running: this one is a leftover.
        if (plan is null || !PlanPhases.IsFinal(plan.Status.Phase))
        {
            return new ReleaseDecision(ReleaseStep.GiveBack, $"plan {PlanOf(node)} does not run");
        }

        if (isKept)
        {
            return new ReleaseDecision(ReleaseStep.GiveBack, "it is not empty");
        }

        if (EmptiedAt(node) is not { } emptied)
        {
            return new ReleaseDecision(ReleaseStep.Release, LookAgainAfter: rules.Timeout);
        }

        var left = emptied + rules.Timeout - now;
        return left > TimeSpan.Zero ? new ReleaseDecision(ReleaseStep.Wait, LookAgainAfter: left)
            : new ReleaseDecision(ReleaseStep.GiveBack, $"nobody has taken it away in {rules.Timeout.TotalMinutes:0.#} min");
    }

    /// <summary>The taints that the node is to have, with the mark of the plan or without any.</summary>
    /// <param name="plan">Null: without.</param>
    /// <returns>Null: those it has.</returns>
    public static IReadOnlyList<V1Taint>? Taints(V1Node node, string? plan)
    {
        var taints = node.Spec?.Taints ?? [];
        var others = taints.Where(t => t.Key != Names.EmptyingTaint);
        return plan == PlanOf(node) ? null
            : plan is null ? [.. others]
            : [.. others, new V1Taint { Key = Names.EmptyingTaint, Value = plan, Effect = "NoSchedule" }];
    }
}
