using System.Net;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Lab.Clients;
using Rebalancer.Lab.Images.Workloads;
using Rebalancer.Lab.Moves;

namespace Rebalancer.Lab.Tests.Moves;

/// <summary>A pod that writes little is given its place on the target while the end of its memory still comes: nothing may be lost of it, and no move hang on it.</summary>
[Collection(LabCollection.Name)]
public sealed class CalmPodTests(MoveLab lab) : IClassFixture<MoveLab>, IAsyncLifetime
{
    /// <summary>40 MB of values take 2 s: the last quarter of a second is no rounding.</summary>
    private const double LinkMbitPerS = 200;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan ReplyLimit = TimeSpan.FromSeconds(30);
    private readonly (string First, string Second) nodes = MoveLab.Nodes("v2");

    public Task InitializeAsync() => lab.Cluster.Node(nodes.First).SetLinkSpeedAsync(LinkMbitPerS, CancellationToken.None);

    public Task DisposeAsync() => lab.Cluster.Node(nodes.First).SetLinkSpeedAsync(null, CancellationToken.None);

    [Theory]
    [InlineData(OwnerKinds.ReplicaSet)]
    [InlineData(OwnerKinds.StatefulSet)]
    [InlineData(OwnerKinds.None)]
    public async Task Move_TargetIsMadeReadyBeforeAllIsCopied_FreezesOnlyThenAndLosesNothing(string owner)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        await using var redis = await lab.StartRedisAsync(nodes.First, owner, limit.Token);
        using var connection = await RespConnection.ConnectAsync(new IPEndPoint(PodApi.Address(redis.FirstPod), Redis.Port), TimeProvider.System, limit.Token);
        var kept = KeptValues.Fill(connection, ReplyLimit, limit.Token);

        var moved = await redis.MoveAsync(nodes.Second, Limit, limit.Token);

        Assert.True(moved.Migration.Status.Phase == Phases.Succeeded, MigrationApi.Describe(moved.Migration));
        Assert.StartsWith("so little is written that the target is made ready while the memory still comes", moved.Migration.Status.Source!.StrategyReason, StringComparison.Ordinal);
        string[] steps = [.. moved.Migration.Status.Source.Timeline!.Select(entry => entry.Step)];
        Assert.Equal(["Follow", "CopiedOnce", "Freeze"], steps.Where(step => step is "Follow" or "CopiedOnce" or "Freeze"));
        Assert.Equal(kept, KeptValues.Digest(connection, ReplyLimit, limit.Token));
        Assert.Null(redis.Problem);
    }

    [Fact]
    public async Task Move_TargetsAgentDiesWhileTheRestStillComes_ThePodGoesOnAndCanMoveLater()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        await using var redis = await lab.StartRedisAsync(nodes.First, OwnerKinds.ReplicaSet, limit.Token);
        using var connection = await RespConnection.ConnectAsync(new IPEndPoint(PodApi.Address(redis.FirstPod), Redis.Port), TimeProvider.System, limit.Token);
        _ = KeptValues.Fill(connection, ReplyLimit, limit.Token);
        var begun = await redis.BeginMoveAsync(nodes.Second, limit.Token);
        _ = await redis.Migrations.WaitAsync(begun.Metadata.Name, "default", m => m.Status.Source is { State: SourceState.Copied }, Limit, limit.Token);

        await lab.Cluster.Node(nodes.Second).Agent!.KillAsync(limit.Token);

        var ended = await redis.Migrations.WaitForEndAsync(begun.Metadata.Name, "default", Limit, limit.Token);
        Assert.True(ended.Status.Phase is Phases.RolledBack or Phases.Failed, MigrationApi.Describe(ended));
        var pod = await redis.PodAsync(limit.Token);
        Assert.Equal((redis.FirstPod.Metadata.Uid, 0), (pod.Metadata.Uid, pod.Status.ContainerStatuses.Single().RestartCount));
        var moved = await redis.MoveAsync(nodes.Second, Limit, limit.Token);
        Assert.True(moved.Migration.Status.Phase == Phases.Succeeded, MigrationApi.Describe(moved.Migration));
        Assert.Null(redis.Problem);
    }
}
