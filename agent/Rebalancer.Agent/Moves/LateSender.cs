using System.Threading.Channels;
using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Memory;
using Rebalancer.Agent.Preflight;
using Rebalancer.Agent.Transfer;
using Rebalancer.Agent.Transfer.Images;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Moves;

/// <summary>
/// Sends the pages of a frozen pod that the target lacks, while its copy is restored there or runs already: those that somebody waits for first, then what
/// lies behind them, since memory that is used together lies together.
/// </summary>
/// <param name="stream">Carries nothing else any more.</param>
/// <param name="processes">Disposed of by whoever made them.</param>
/// <param name="wants">What the target asks for.</param>
internal sealed class LateSender(ImageStream stream, IReadOnlyList<LateProcess> processes, ChannelReader<Want> wants) : IAsyncDisposable
{
    /// <summary>Sent with a page that is waited for: it must be there soon.</summary>
    private const ulong WantedBytes = 64 << 10;
    private readonly CancellationTokenSource stop = new();
    private int process;
    private bool isOver;
    private ulong cursor;

    /// <summary>Done when everything is sent.</summary>
    /// <exception cref="MoveException">The target takes no more, or a page cannot be read.</exception>
    public Task Sent { get; private set; } = Task.CompletedTask;

    /// <summary>Bytes of pages sent.</summary>
    public long Bytes { get; private set; }

    public void Start() => Sent = Task.Run(RunAsync);

    /// <summary>Ends it, done or not.</summary>
    public async ValueTask DisposeAsync()
    {
        if (isOver) { return; }
        isOver = true;
        await stop.CancelAsync();
        await Sent.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (Next() is var (from, range))
        {
            var sent = await stream.SendPagesAsync(from.Name.Container, from.Name.Pid, from.Memory.ReadPages, range, stop.Token);
            if (sent == 0) { throw new MoveException(Reasons.CheckpointFailed, $"page {range.Start:x} of process {from.Name} cannot be read"); }
            from.Left.Remove(new PageRange(range.Start, range.Start + (ulong)sent));
            cursor = range.Start + (ulong)sent;
            Bytes += sent;
        }
    }

    private (LateProcess From, PageRange Range)? Next()
    {
        while (wants.TryRead(out var want))
        {
            var index = Find(want.Process);
            if (index < 0 || !processes[index].Left.Contains(want.Address)) { continue; }
            process = index;
            return (processes[index], processes[index].Left.Run(want.Address, want.Address + WantedBytes));
        }
        for (var tried = 0; tried < processes.Count; tried++)
        {
            var left = processes[process].Left;
            if ((left.Next(cursor) ?? left.Next(0)) is { } address) { return (processes[process], left.Run(address, address + TransferLimits.ChunkBytes)); }
            process = (process + 1) % processes.Count;
            cursor = 0;
        }
        return null;
    }

    private int Find(string name)
    {
        for (var i = 0; i < processes.Count; i++)
        {
            if (processes[i].Name.ToString() == name) { return i; }
        }
        return -1;
    }
}
