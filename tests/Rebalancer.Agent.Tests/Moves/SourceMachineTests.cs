using Rebalancer.Agent.Moves;

namespace Rebalancer.Agent.Tests.Moves;

public sealed class SourceMachineTests
{
    private static readonly SourceStep[] Steps = Enum.GetValues<SourceStep>();
    private static readonly SourceSignal[] Signals = Enum.GetValues<SourceSignal>();

    [Theory]
    [InlineData(true, "Preflight,AwaitCopy,Connect,PreCopy,Follow,Arm,Freeze,Dump,Send,AwaitHeld,Mark,Commit,Serve,Release,Released")]
    [InlineData(false, "Preflight,AwaitCopy,Connect,PreCopy,Follow,Arm,Freeze,Dump,Send,Mark,Commit,Serve,Release,Released")]
    public void Next_EveryStepDone_ReachesReleased(bool isRestoredBeforeCommit, string way)
    {
        var step = SourceStep.Preflight;
        var seen = new List<SourceStep> { step };
        while (!SourceMachine.IsFinal(step)) { seen.Add(step = SourceMachine.Next(step, SourceSignal.Done, isRestoredBeforeCommit)); }
        Assert.Equal(way, string.Join(',', seen));
    }

    [Fact]
    public void Next_AllPairs_OnlyACommitLeadsToReleaseAndNothingLeavesCommitButADecision()
    {
        foreach (var step in Steps)
        {
            foreach (var signal in Signals)
            {
                foreach (var early in new[] { true, false })
                {
                    if (TryNext(step, signal, early) is not { } next) { continue; }
                    Assert.True(next != SourceStep.Serve || (step == SourceStep.Commit && signal == SourceSignal.Done), $"{step} + {signal} fences the source without a commit");
                    Assert.True(next != SourceStep.Release || step == SourceStep.Serve, $"{step} + {signal} releases a source whose pages may be missing");
                    Assert.False(step == SourceStep.Serve && next != SourceStep.Release, $"a committed source runs again after {signal}");
                    Assert.False(step == SourceStep.Commit && signal == SourceSignal.Failed, "a failure must not end the wait for the outcome");
                    Assert.False(step == SourceStep.Release && next != SourceStep.Released, $"a committed source runs again after {signal}");
                    Assert.False(SourceMachine.IsFinal(step), $"{step} is final but takes {signal}");
                }
            }
        }
    }

    [Fact]
    public void Next_BeforeTheMarker_FailureAndAbortRollBack()
    {
        foreach (var step in Steps.Where(step => step < SourceStep.Mark))
        {
            Assert.Equal(SourceStep.RollBack, SourceMachine.Next(step, SourceSignal.Failed, true));
            Assert.Equal(SourceStep.RollBack, SourceMachine.Next(step, SourceSignal.Aborted, true));
            Assert.True(SourceMachine.IsInterruptible(step));
        }
        Assert.False(SourceMachine.IsInterruptible(SourceStep.Mark));
        Assert.False(SourceMachine.IsInterruptible(SourceStep.Commit));
    }

    [Fact]
    public void Next_FromEveryStep_CanEnd()
    {
        foreach (var step in Steps.Where(step => !SourceMachine.IsFinal(step)))
        {
            Assert.Contains(Signals, signal => TryNext(step, signal, true) is not null);
        }
    }

    private static SourceStep? TryNext(SourceStep step, SourceSignal signal, bool early)
    {
        try
        {
            return SourceMachine.Next(step, signal, early);
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
