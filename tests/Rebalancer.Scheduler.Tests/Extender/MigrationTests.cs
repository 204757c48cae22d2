using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Scheduler.Tests.World;
using static Rebalancer.Scheduler.Tests.World.Objects;

namespace Rebalancer.Scheduler.Tests.Extender;

public sealed class MigrationTests
{
    private const string Token = "0123456789abcdef0123456789abcdef";

    [Fact]
    public async Task Filter_NodeWhoseRoomARunningMoveHasReserved_IsRefusedWithTheMovingPod()
    {
        await using var world = await World(Phases.PreCopying, Pod("web", cpu: "3"));

        var answer = await world.AskAsync("filter", "web", "source", "target", "other");

        Assert.Equal("""["source","other"]""", answer["NodeNames"]!.ToJsonString());
        Assert.Equal("too little cpu beside what is reserved for pods that are moving here: shop/moving", (string)answer["FailedNodes"]!["target"]!);
    }

    [Theory]
    [InlineData(Phases.Succeeded)]
    [InlineData(Phases.RolledBack)]
    public async Task Filter_MoveThatHasEnded_ReservesNothing(string phase)
    {
        await using var world = await World(phase, Pod("web", cpu: "3"));

        Assert.Equal("""["target"]""", (await world.AskAsync("filter", "web", "target"))["NodeNames"]!.ToJsonString());
    }

    [Fact]
    public async Task Filter_PodThatFitsBesideTheReservation_Passes()
    {
        await using var world = await World(Phases.PreCopying, Pod("web", cpu: "2"));

        Assert.Equal("""["target"]""", (await world.AskAsync("filter", "web", "target"))["NodeNames"]!.ToJsonString());
    }

    [Fact]
    public async Task ClaimedReplacement_AllNodes_GoesToItsTargetOnly()
    {
        await using var world = await World(Phases.Preparing, Pod("copy", cpu: "2").Annotated((Names.MigrationAnnotation, "move"), (Names.ClaimAnnotation, Token)));

        var filtered = await world.AskAsync("filter", "copy", "source", "target", "unknown");
        var scores = await world.AskAsync("prioritize", "copy", "source", "target", "other", "unknown");

        Assert.Equal("""["target"]""", filtered["NodeNames"]!.ToJsonString());
        Assert.Equal("Migration shop/move moves this pod to node target", (string)filtered["FailedAndUnresolvableNodes"]!["source"]!);
        Assert.Equal([0, 10, 0, 0], scores.AsArray().Select(s => (int)s!["Score"]!));
    }

    [Fact]
    public async Task ClaimedReplacement_OtherToken_IsAPodLikeEveryOther()
    {
        await using var world = await World(Phases.Preparing, Pod("copy", cpu: "2").Annotated((Names.MigrationAnnotation, "move"), (Names.ClaimAnnotation, "stolen")));

        Assert.Equal("""["source","target"]""", (await world.AskAsync("filter", "copy", "source", "target"))["NodeNames"]!.ToJsonString());
    }

    private static async Task<SchedulerWorld> World(string phase, V1Pod asked)
    {
        var migration = new Migration
        {
            Metadata = new V1ObjectMeta { Name = "move", NamespaceProperty = Ns },
            Spec = new MigrationSpec { PodName = "moving" },
            Status = new MigrationStatus
            {
                Phase = phase, SourceNode = "source", TargetNode = "target", Claim = new Claim { Token = Token, ExpiresAt = DateTimeOffset.UnixEpoch.AddYears(100) },
            },
        };
        return await (await SchedulerWorld.CreateAsync(Node("source"), Node("target"), Node("other"), Pod("moving", "source", "2"), migration, asked)).StartAsync();
    }
}
