using Rebalancer.Descheduler.Migrations;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Tests.Migrations;

public sealed class BandwidthShareTests
{
    [Theory]
    [InlineData(0, 3, null)]
    [InlineData(1000, 1, 1000L)]
    [InlineData(1000, 3, 333L)]
    [InlineData(2, 3, 1L)]
    public void Of_Cap_IsDividedEvenly(long cap, int moves, long? expected) => Assert.Equal(expected, BandwidthShare.Of(cap, moves));

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Of_AnyNumberOfMoves_NeverAddsUpToMoreThanTheCap(int moves) => Assert.InRange(BandwidthShare.Of(125_000_000, moves)!.Value * moves, 125_000_000 - moves, 125_000_000);

    [Theory]
    [InlineData(Phases.Preflight, Phases.PreCopying, true)]
    [InlineData(Phases.PreCopying, Phases.Preparing, false)]
    [InlineData(Phases.Preparing, Phases.Freezing, true)]
    [InlineData(Phases.PreCopying, null, true)]
    public void IsDividedAnew_MoveBeginsOrEndsToCopy_IsTrue(string before, string? after, bool expected) =>
        Assert.Equal(expected, BandwidthShare.IsDividedAnew(InPhase(before), after is null ? null : InPhase(after)));

    [Fact]
    public void Next_OneOtherCopies_TheMoveIsGivenHalfAndAllOnceItIsAlone()
    {
        var move = new SimulatedMove { Given = new MoveLimits { ClusterBandwidthMbit = 80 }, Others = [InPhase(Phases.PreCopying)] };
        move.To(Phases.PreCopying);
        Assert.Equal(5_000_000, move.Status.CopyBytesPerSecond);

        move.Others = [];
        move.Settle();

        Assert.Equal(10_000_000, move.Status.CopyBytesPerSecond);
    }

    [Fact]
    public void Next_WithoutACap_NothingIsWritten() => Assert.Null(new SimulatedMove().ToSucceeded().Status.CopyBytesPerSecond);

    private static Migration InPhase(string phase) => new()
    {
        Metadata = new() { Name = "other", NamespaceProperty = "default", Uid = "other" },
        Spec = new() { PodName = "other" },
        Status = new() { Phase = phase, SourceNode = "far", TargetNode = "away" },
    };
}
