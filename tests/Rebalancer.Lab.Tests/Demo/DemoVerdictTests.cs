using Rebalancer.Kubernetes.Api;
using Rebalancer.Lab.Demo;

namespace Rebalancer.Lab.Tests.Demo;

public sealed class DemoVerdictTests
{
    private static readonly ClientOutcome Untouched = new(LongestStallMs: 220, ConnectionsKept: 1, ConnectionsBroken: 0, RepliesWrong: 0);

    [Fact]
    public void Failures_AllPromisesKept_None() => Assert.Empty(Judge(Good, Untouched));

    [Fact]
    public void Failures_TooFewMoves_NamesTheCount() => Assert.Contains("1 migrations succeeded", Assert.Single(Judge([Moved("a")], Untouched)), StringComparison.Ordinal);

    [Fact]
    public void Failures_RolledBack_NamesReasonAndCriusLine()
    {
        var rolledBack = Moved("b");
        rolledBack.Status.Phase = "RolledBack";
        rolledBack.Status.Reason = Reasons.CheckpointFailed;
        rolledBack.Status.Source!.LogLine = "Can't lookup mount=42";
        var failures = Judge([.. Good, rolledBack], Untouched);
        Assert.Contains("CheckpointFailed", Assert.Single(failures), StringComparison.Ordinal);
        Assert.Contains("Can't lookup mount=42", failures[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, true)]
    [InlineData(401, false)]
    public void Failures_StallAgainstFreezeOf200Ms_ToleratesLessThanARetransmission(double stallMs, bool good) =>
        Assert.Equal(good, Judge(Good, Untouched with { LongestStallMs = stallMs }).Count == 0);

    [Fact]
    public void Failures_NoFreezeReported_IsAFailure()
    {
        var silent = Moved("b");
        silent.Status.Target!.FreezeMs = null;
        Assert.Contains("no freeze", Assert.Single(Judge([.. Good[..3], silent], Untouched)), StringComparison.Ordinal);
    }

    [Fact]
    public void Failures_BrokenAndWrongAndLate_AllAreNamed()
    {
        var failures = Judge(Good, Untouched with { ConnectionsBroken = 2, RepliesWrong = 1 }, deadlineMetSeconds: -3);
        Assert.Equal((2 * Good.Length) + 1, failures.Count);
        Assert.Contains(failures, failure => failure.Contains("3.0 s after the node's end", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Stopped", 2, 0.2, "is Stopped")]
    [InlineData("Completed", 1, 0.2, "frees 1 nodes")]
    [InlineData("Completed", 2, 0.1, "$0.1000 per hour was saved, $0.2000 was predicted")]
    [InlineData("Completed", 2, null, "nothing per hour was saved")]
    public void Failures_PlanFellShort_IsNamed(string phase, int freed, double? realised, string part)
        => Assert.Contains(part, Assert.Single(Judge(Good, Untouched, phase: phase, freed: freed, realised: (decimal?)realised)), StringComparison.Ordinal);

    private static Migration[] Good => [Moved("a"), Moved("b"), Moved("c"), Moved("d")];

    private static IReadOnlyList<string> Judge(
        IReadOnlyList<Migration> migrations, ClientOutcome clients, double deadlineMetSeconds = 100, string phase = "Completed", int freed = 2, decimal? realised = 0.2m)
    {
        var report = new DemoReport
        {
            Migrations = [.. migrations.Where(migration => migration.Status.Phase == "Succeeded").Select(migration => DemoMigration.Of(migration, clients))],
            DeadlineMetSeconds = deadlineMetSeconds,
            CostPerHourUsdBefore = 1,
            CostPerHourUsdAfter = 0.5m,
            Plan = new DemoPlan("demo-1", "Act", "saves", phase, 2, [.. Enumerable.Range(1, freed).Select(i => $"od-{i}")]),
            PredictedSavingsPerHourUsd = 0.2m,
            RealisedSavingsPerHourUsd = realised,
            Exports = [],
        };
        return DemoVerdict.Failures(report, [.. migrations]);
    }

    private static Migration Moved(string pod) => new()
    {
        Metadata = new() { Name = "move-" + pod },
        Spec = new MigrationSpec { PodName = pod },
        Status = new MigrationStatus
        {
            Phase = "Succeeded",
            SourceNode = "spot-1",
            TargetNode = "spot-2",
            Strategy = "StopAndCopy",
            Source = new SourceStatus { Bytes = 1000 },
            Target = new TargetStatus { FreezeMs = 200 },
        },
    };
}
