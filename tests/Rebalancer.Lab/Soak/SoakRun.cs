using Rebalancer.Lab.Clients;
using Rebalancer.Lab.Moves;

namespace Rebalancer.Lab.Soak;

/// <summary>Moves one pod back and forth between two nodes with one client connection throughout, and stops at the first thing that a client noticed.</summary>
internal sealed class SoakRun(LabCluster cluster, SoakOptions options, TimeProvider time)
{
    /// <param name="nodes">The two nodes; the pod starts on the first.</param>
    /// <param name="progress">Told after each move.</param>
    public async Task<SoakSeries> RunAsync(string cgroup, string owner, (string First, string Second) nodes, Action<SoakMove> progress, CancellationToken cancel)
    {
        var load = options.WritesPerSecond > 0 ? new LoadClientOptions(WritesPerSecond: options.WritesPerSecond) : null;
        var redisOptions = new RedisUnderLoadOptions { Node = nodes.First, Owner = owner, Megabytes = options.Megabytes, Load = load };
        await using var redis = await RedisUnderLoad.StartAsync(cluster.Client, redisOptions, time, cancel);
        if (options.LinkMbit > 0)
        {
            foreach (var node in cluster.Nodes) { await node.SetLinkSpeedAsync(options.LinkMbit, cancel); }
        }
        redis.Strategy = options.Strategy;
        var moves = new List<SoakMove>();
        string? failure = null;
        for (var number = 1; number <= options.Moves && failure is null; number++)
        {
            var target = number % 2 == 1 ? nodes.Second : nodes.First;
            var outcome = await redis.MoveAsync(target, options.MoveLimit, cancel);
            var move = SoakMove.Of(number, outcome.Migration, outcome.StallMs, outcome.TotalMs);
            moves.Add(move);
            progress(move);
            failure = Failure(outcome, redis);
        }

        var report = redis.Counter.Report();
        return new SoakSeries
        {
            Cgroup = cgroup,
            Owner = owner,
            Moves = moves,
            Replies = report.Replies,
            RepliesWrong = report.RepliesWrong,
            ConnectionsBroken = report.ConnectionsBroken,
            Failure = failure,
        };
    }

    private static string? Failure(MoveOutcome outcome, RedisUnderLoad redis) => redis.Problem is { } problem
        ? $"a client noticed move {outcome.Migration.Metadata.Name}: {problem}"
        : outcome.Migration.Status.Phase != "Succeeded"
            ? $"move {outcome.Migration.Metadata.Name} did not succeed: {MigrationApi.Describe(outcome.Migration)}"
            : null;
}
