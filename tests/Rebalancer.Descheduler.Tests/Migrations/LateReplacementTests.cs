using Rebalancer.Descheduler.Migrations;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Tests.Migrations;

public sealed class LateReplacementTests
{
    /// <summary>The API server may take seconds over a creation whose webhook has been answered.</summary>
    [Fact]
    public void Next_ReplacementComesAfterTheMoveWasGivenUp_IsRemovedSinceItCanNeverStart()
    {
        var move = new SimulatedMove().ToFreezing();
        var replacement = move.Replacement!;
        move.Decide(Decision.Aborted);
        move.Write(s => s.Source!.State = SourceState.Thawed);
        move.Replacement = null;
        move.Settle();
        Assert.Equal(Phases.RolledBack, move.Phase);

        move.Replacement = replacement;
        var step = MoveMachine.Next(move.Observe());

        Assert.Equal(replacement, Assert.Single(step.Actions.OfType<MoveAction.DeletePod>()).Pod);
    }
}
