using System.Net;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Lab.Clients;
using Rebalancer.Lab.Images.Workloads;
using Rebalancer.Lab.Moves;
using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Tests.Moves;

/// <summary>Memory that is written while it is sent, read and forked while it is filled: every byte must be what it was.</summary>
[Collection(LabCollection.Name)]
public sealed class MemoryTests(MoveLab lab) : IClassFixture<MoveLab>
{
    private static readonly TimeSpan MoveLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ReplyLimit = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("v1", Strategies.Auto, Strategies.PreCopy)]
    [InlineData("v2", Strategies.Auto, Strategies.PreCopy)]
    [InlineData("v2", Strategies.StopAndCopy, Strategies.StopAndCopy)]
    public async Task Move_WrittenWhileSentAndForkedWhileFilled_NothingIsLost(string cgroup, string asked, string used)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        var (first, second) = MoveLab.Nodes(cgroup);
        await using var redis = await lab.StartRedisAsync(first, "ReplicaSet", limit.Token, megabytes: 100);
        redis.Strategy = asked;
        var server = new IPEndPoint(PodApi.Address(redis.FirstPod), Redis.Port);
        using var connection = await RespConnection.ConnectAsync(server, TimeProvider.System, limit.Token);
        var kept = KeptValues.Fill(connection, ReplyLimit, limit.Token);
        await using var writer = await ValueWriter.StartAsync(server, TimeProvider.System, limit.Token);

        foreach (var (source, target) in ((string, string)[])[(first, second), (second, first)])
        {
            var outcome = await redis.MoveAsync(target, MoveLimit, limit.Token);

            Assert.True(outcome.Migration.Status.Phase == "Succeeded", MigrationApi.Describe(outcome.Migration));
            Assert.Equal((used, used), (outcome.Migration.Status.Strategy, outcome.Migration.Status.Source!.Strategy));
            Assert.Equal(used == Strategies.PreCopy ? lab.TrackerOf(source) : Trackers.None, outcome.Migration.Status.Source.Tracker);
            // A child of a process whose memory is still being filled must find it whole too: it writes all of it to a file.
            Assert.StartsWith("+Background saving", connection.Command(ReplyLimit, limit.Token, "BGSAVE"), StringComparison.Ordinal);
            Assert.Equal(kept, KeptValues.Digest(connection, ReplyLimit, limit.Token));
            await Poll.UntilAsync(() => KeptValues.IsSaved(connection, ReplyLimit, limit.Token), MoveLimit, "Redis to save its memory", limit.Token);
            Assert.Null(redis.Problem);
        }

        await writer.StopAsync();
        Assert.Null(writer.Problem);
        Assert.InRange(writer.Written, 100, long.MaxValue);
        Assert.Equal([], writer.Wrong(connection, ReplyLimit, limit.Token));
    }
}
