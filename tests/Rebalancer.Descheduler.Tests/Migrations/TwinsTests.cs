using k8s.Models;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Tests.Migrations;

/// <summary>What a move has brought is moved again only once it has ended: until then it still removes what has the pod's name.</summary>
public sealed class TwinsTests
{
    [Fact]
    public void Pending_PodIsStillBeingBrought_WaitsForTheEndOfThatMove()
    {
        var first = new Migration { Metadata = new V1ObjectMeta { Name = "first" }, Status = new MigrationStatus { Phase = Phases.Committed, PodUID = "uid-before" } };
        var move = new SimulatedMove { Others = [first] };
        first.Status.Claim = new Claim { PodUID = move.Source!.Metadata.Uid };

        Assert.Equal((Phases.Pending, Reasons.AlreadyMoving), (move.Settle().Phase, move.Status.Reason));
        first.Status.Phase = Phases.Failed;
        Assert.Equal(Phases.Preflight, move.Settle().Phase);
        Assert.Null(move.Status.Reason);
    }

    [Fact]
    public void Pending_MoveThatBringsThePodDoesNotEnd_IsRefusedAfterAWhile()
    {
        var move = new SimulatedMove();
        move.Others = [new Migration { Metadata = new V1ObjectMeta { Name = "first" }, Status = new MigrationStatus { Phase = Phases.Committed, PodUID = "uid-before", Claim = new Claim { PodUID = move.Source!.Metadata.Uid } } }];
        Assert.Equal(Phases.Pending, move.Settle().Phase);

        move.Pass(TimeSpan.FromSeconds(30)).Settle();
        Assert.Equal((Phases.Failed, Reasons.AlreadyMoving), (move.Phase, move.Status.Reason));
        Assert.Contains("first", move.Status.Message, StringComparison.Ordinal);
    }
}
