using System.Globalization;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Lab.Demo;

/// <summary>What the demo promises, checked against what happened.</summary>
internal static class DemoVerdict
{
    public const int MinMigrations = 4;
    /// <summary>Nodes that the plan is to empty: four become two.</summary>
    public const int FreedNodes = 2;
    /// <summary>What was realised may be so much less than what was predicted.</summary>
    private const decimal LeastRealisedShare = 0.95m;
    /// <summary>A client may notice at most this multiple of the freeze,</summary>
    public const double MaxStallPerFreeze = 1.2;
    /// <summary>or of a short one so much more: TCP's shortest time to a retransmission, which nobody has waited for then. The clients share the machine's cores.</summary>
    public const double RetransmissionMs = 200;

    /// <summary>Every promise that was not kept, as a sentence; empty when all were.</summary>
    public static IReadOnlyList<string> Failures(DemoReport report, IReadOnlyCollection<Migration> migrations)
    {
        var failures = new List<string>();
        var succeeded = migrations.Count(migration => migration.Status.Phase == "Succeeded");
        if (succeeded < MinMigrations)
        {
            failures.Add($"{succeeded} migrations succeeded, at least {MinMigrations} should have");
        }

        failures.AddRange(migrations.Where(migration => migration.Status.Phase != "Succeeded").Select(Describe));
        failures.AddRange(report.Migrations.SelectMany(Failures));
        failures.AddRange(PlanFailures(report));
        if (report.DeadlineMetSeconds <= 0)
        {
            failures.Add(string.Create(CultureInfo.InvariantCulture, $"the last pod had moved {-report.DeadlineMetSeconds:0.0} s after the node's end"));
        }

        return failures;
    }

    private static IEnumerable<string> PlanFailures(DemoReport report)
    {
        if (report.Plan.Phase != PlanPhases.Completed || report.Plan.FreedNodes.Count != FreedNodes)
        {
            yield return $"plan {report.Plan.Name} is {report.Plan.Phase} and frees {report.Plan.FreedNodes.Count} nodes, it should be {PlanPhases.Completed} and free {FreedNodes}";
        }

        if (!(report.RealisedSavingsPerHourUsd >= report.PredictedSavingsPerHourUsd * LeastRealisedShare))
        {
            yield return $"{(report.RealisedSavingsPerHourUsd is { } realised ? DemoText.Usd(realised) : "nothing")} per hour was saved, {DemoText.Usd(report.PredictedSavingsPerHourUsd)} was predicted";
        }
    }

    private static IEnumerable<string> Failures(DemoMigration move)
    {
        if (move.ConnectionsBroken > 0)
        {
            yield return $"pod {move.Pod}: {move.ConnectionsBroken} connections broken";
        }

        if (move.RepliesWrong > 0)
        {
            yield return $"pod {move.Pod}: {move.RepliesWrong} replies wrong";
        }

        if (move.FreezeMs is not { } freezeMs)
        {
            yield return $"pod {move.Pod}: the target reported no freeze";
        }
        else if (move.ClientLongestStallMs > Math.Max(freezeMs * MaxStallPerFreeze, freezeMs + RetransmissionMs))
        {
            yield return string.Create(CultureInfo.InvariantCulture,
                $"pod {move.Pod}: a client waited {move.ClientLongestStallMs:0} ms, more than {MaxStallPerFreeze} times the freeze of {freezeMs:0} ms, and over {RetransmissionMs} ms more");
        }
    }

    private static string Describe(Migration migration)
    {
        var status = migration.Status;
        var log = status.Source?.LogLine ?? status.Target?.LogLine;
        return $"migration {migration.Metadata.Name} of pod {migration.Spec.PodName} is {status.Phase ?? "Pending"}"
            + (status.Reason is null ? "" : $": {status.Reason}: {status.Message}")
            + (log is null ? "" : $" (CRIU: {log})");
    }
}
