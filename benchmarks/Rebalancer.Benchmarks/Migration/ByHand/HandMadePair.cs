using System.Net;
using Rebalancer.Benchmarks.Migration.Measuring;
using Rebalancer.Benchmarks.Migration.Methods;
using Rebalancer.Lab;
using Rebalancer.Lab.Clients;
using Rebalancer.Lab.Images.Workloads;
using Rebalancer.Lab.Processes;

namespace Rebalancer.Benchmarks.Migration.ByHand;

/// <summary>Two nodes made ready by hand, and the order of a move between them, which is the same with every tool: shut and checkpoint, carry, restore and open.</summary>
internal sealed class HandMadePair : IAsyncDisposable
{
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromMinutes(1);
    private readonly TimeProvider time;

    private HandMadePair(HandMadeNode first, HandMadeNode second, TimeProvider time)
    {
        this.time = time;
        Source = first;
        Target = second;
    }

    public static IPEndPoint Server { get; } = new(IPAddress.Parse(HandMadeNode.Address), Redis.Port);

    /// <summary>Where the container runs.</summary>
    public HandMadeNode Source { get; private set; }

    public HandMadeNode Target { get; private set; }

    public IReadOnlyList<HandMadeNode> Both => [Source, Target];

    public static async Task<HandMadePair> StartAsync(LabCluster cluster, (string First, string Second) nodes, CpuMeter meter, CancellationToken cancel)
    {
        var first = await HandMadeNode.StartAsync(cluster.Node(nodes.First), meter, cancel);
        var second = await HandMadeNode.StartAsync(cluster.Node(nodes.Second), meter, cancel);
        return new HandMadePair(first, second, cluster.Options.Time);
    }

    /// <param name="run">Starts the container on the source.</param>
    public async Task StartServerAsync(string run, CancellationToken cancel)
    {
        await Source.RunAsync(run + "\n" + HandMadeNode.Open, cancel);
        await Listening.WaitAsync(Server, ReadyLimit, time, cancel);
    }

    /// <param name="checkpoint">Ends the container and leaves its files in <see cref="HandMadeNode.Out"/>.</param>
    /// <param name="restore">Makes it run from <see cref="HandMadeNode.In"/>.</param>
    /// <exception cref="MoveFailedException">A step failed. The container is lost: nothing here rolls back.</exception>
    public async Task<MoveTimes> MoveAsync(string checkpoint, string restore, TimeSpan limit, CancellationToken cancel)
    {
        try
        {
            var started = time.GetTimestamp();
            await Source.RunAsync(HandMadeNode.Shut + "\n" + checkpoint, cancel, limit);
            await Source.Carrier.SendAsync(HandMadeNode.Out, Target.Carrier, limit, cancel);
            await Target.RunAsync(restore + "\n" + HandMadeNode.Open, cancel, limit);
            var frozen = time.GetElapsedTime(started);
            (Source, Target) = (Target, Source);
            return new MoveTimes(frozen, frozen, "none");
        }
        catch (Exception e) when (e is CommandException or TimeoutException)
        {
            throw new MoveFailedException(e.Message, isAlive: false);
        }
    }

    /// <param name="script">Run on both nodes beside the removal of the files.</param>
    public async Task TidyAsync(string script, CancellationToken cancel)
    {
        foreach (var node in Both) { await node.RunAsync($"find {HandMadeNode.Out} {HandMadeNode.In} -mindepth 1 -delete\n{script}", cancel); }
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await Target.DisposeAsync();
    }
}
