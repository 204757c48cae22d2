using Rebalancer.Agent.Moves;

namespace Rebalancer.Agent.Tests.Moves;

public sealed class TargetMachineTests
{
    [Fact]
    public void TryNext_GoodMove_ReachesRunning()
    {
        var step = TargetStep.Preflight;
        foreach (var signal in new[]
        {
            TargetSignal.Passed, TargetSignal.Accepted, TargetSignal.Prepared, TargetSignal.ImagesStored, TargetSignal.RestoreGiven, TargetSignal.HoldAsked, TargetSignal.Proceeded, TargetSignal.Resumed, TargetSignal.TakenOver, TargetSignal.Filled,
        })
        {
            step = TargetMachine.TryNext(step, signal) ?? throw new InvalidOperationException($"{step} refuses {signal}");
        }
        Assert.Equal(TargetStep.Running, step);
    }

    [Fact]
    public void TryNext_SeveralContainers_OnlyTheLastIsHeld()
    {
        var step = TargetStep.Stored;
        foreach (var signal in new[] { TargetSignal.RestoreGiven, TargetSignal.Parked, TargetSignal.RestoreGiven, TargetSignal.Parked, TargetSignal.RestoreGiven, TargetSignal.HoldAsked })
        {
            step = TargetMachine.TryNext(step, signal) ?? throw new InvalidOperationException($"{step} refuses {signal}");
        }
        Assert.Equal(TargetStep.Held, step);
        Assert.Null(TargetMachine.TryNext(step, TargetSignal.Parked));
        Assert.Equal(TargetStep.Cleaned, TargetMachine.TryNext(TargetMachine.TryNext(TargetStep.Restoring, TargetSignal.Parked)!.Value, TargetSignal.Aborted));
    }

    /// <summary>From Stored only by an agent that takes up what an earlier one had let run.</summary>
    [Fact]
    public void TryNext_AllPairs_RunningIsReachedOnlyThroughTheHold()
    {
        foreach (var step in Enum.GetValues<TargetStep>())
        {
            foreach (var signal in Enum.GetValues<TargetSignal>())
            {
                var next = TargetMachine.TryNext(step, signal);
                Assert.True(next != TargetStep.Resumed || (step is TargetStep.Resuming or TargetStep.Stored && signal == TargetSignal.Resumed), $"{step} + {signal} runs without a hold");
                Assert.True(next != TargetStep.Running || (step == TargetStep.Filling && signal == TargetSignal.Filled), $"{step} + {signal} runs before it has its memory");
                Assert.True(next != TargetStep.Filling || (step == TargetStep.Resumed && signal == TargetSignal.TakenOver), $"{step} + {signal} is told to run before the container runtime has it");
                Assert.True(next != TargetStep.Resuming || (step == TargetStep.Held && signal == TargetSignal.Proceeded), $"{step} + {signal} lets run what was not held");
                Assert.True(next is null || !TargetMachine.IsFinal(step), $"{step} is final but takes {signal}");
                Assert.False(signal == TargetSignal.Aborted && next is not null && TargetMachine.ImpliesCommit(step), $"{step} was committed and is aborted");
            }
        }
    }

    [Theory]
    [InlineData(TargetStep.Restoring)]
    [InlineData(TargetStep.Held)]
    [InlineData(TargetStep.Resuming)]
    public void TryNext_RestoreFailed_KeepsTheImagesForAnotherTry(object step) =>
        Assert.Equal(TargetStep.Stored, TargetMachine.TryNext((TargetStep)step, TargetSignal.RestoreFailed));

    [Fact]
    public async Task StepCell_SignalFromElsewhere_WakesTheWaiter()
    {
        var cell = new StepCell(TargetStep.Ready);
        var waiting = cell.WaitAsync(step => step >= TargetStep.Prepared, CancellationToken.None);
        Assert.True(cell.TryAdvance(TargetSignal.Accepted));
        Assert.False(waiting.IsCompleted);
        Assert.False(cell.TryAdvance(TargetSignal.Resumed));
        Assert.True(cell.TryAdvance(TargetSignal.Prepared));
        Assert.Equal(TargetStep.Prepared, await waiting.WaitAsync(TimeSpan.FromSeconds(5)));
    }
}
