using System.Globalization;
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

    /// <param name="start">Makes the tool ready on both nodes and starts the container on the source.</param>
    public static async Task<HandMadePair> StartAsync(
        LabCluster cluster, (string First, string Second) nodes, CpuMeter meter, Func<HandMadePair, Task> start, CancellationToken cancel)
    {
        var made = await Task.WhenAll(HandMadeNode.StartAsync(cluster.Node(nodes.First), meter, cancel), HandMadeNode.StartAsync(cluster.Node(nodes.Second), meter, cancel));
        var pair = new HandMadePair(made[0], made[1], cluster.Options.Time);
        try
        {
            await start(pair);
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
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
            var written = time.GetElapsedTime(started);
            await Source.Carrier.SendAsync(HandMadeNode.Out, Target.Carrier, limit, cancel);
            var carried = time.GetElapsedTime(started);
            await Target.RunAsync(restore + "\n" + HandMadeNode.Open, cancel, limit);
            var frozen = time.GetElapsedTime(started);
            (Source, Target) = (Target, Source);
            return new MoveTimes(frozen, frozen, "none", Phases(written, carried, frozen));
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

    private static string Phases(TimeSpan written, TimeSpan carried, TimeSpan frozen) => string.Create(CultureInfo.InvariantCulture,
        $"checkpoint {written.TotalMilliseconds:0}, copy {(carried - written).TotalMilliseconds:0}, restore {(frozen - carried).TotalMilliseconds:0} ms");

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await Target.DisposeAsync();
    }
}
