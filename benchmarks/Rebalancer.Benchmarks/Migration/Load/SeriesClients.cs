using System.Net;
using Rebalancer.Lab.Clients;

namespace Rebalancer.Benchmarks.Migration.Load;

/// <summary>
/// The clients of one series: one increment at a time over one connection with a pause of 1 ms, and the writer if there is one. Light, since clients and nodes
/// share the machine's cores, and the same for all methods. A client that broke is counted and replaced between two moves.
/// </summary>
internal sealed class SeriesClients : IAsyncDisposable
{
    private static readonly CounterClientOptions CounterOptions = new(PauseMilliseconds: 1, ReplyLimitSeconds: 180);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);
    private readonly IPEndPoint server;
    private readonly Combination combination;
    private readonly TimeProvider time;
    private CounterClient counter;
    private Rewriter? rewriter;
    private int generation = 1;
    private int broken;
    private long wrong;

    private SeriesClients(IPEndPoint server, Combination combination, TimeProvider time, CounterClient counter, Rewriter? rewriter)
    {
        this.server = server;
        this.combination = combination;
        this.time = time;
        this.counter = counter;
        this.rewriter = rewriter;
    }

    public int ConnectionsBroken => broken + counter.Report().ConnectionsBroken + (rewriter?.Problem is null ? 0 : 1);

    public long RepliesWrong => wrong + counter.Report().RepliesWrong + (rewriter?.RepliesWrong ?? 0);

    public long BytesWritten => rewriter?.BytesWritten ?? 0;

    /// <summary>What a client complains about; null when all is well.</summary>
    public string? Problem => counter.Report().FirstProblem ?? rewriter?.Problem;

    public static async Task<SeriesClients> StartAsync(IPEndPoint server, Combination combination, TimeProvider time, CancellationToken cancel) => new(
        server, combination, time, await CounterClient.StartAsync(server, CounterOptions, time, cancel), await WriterAsync(server, combination, 1, time, cancel));

    public void OpenWindow() => counter.OpenWindow();

    /// <summary>Waits until what both clients were waiting for is answered, or their connections are broken.</summary>
    /// <returns>The longest wait for one reply since the window was opened, milliseconds; null when the connection broke.</returns>
    public async Task<double?> StallMsAsync(CancellationToken cancel)
    {
        var (seen, written) = (counter.Replies, BytesWritten);
        while (counter.Replies < seen + 2 && !counter.Problem.IsCompleted) { await Task.Delay(Look, time, cancel); }
        while (rewriter is { Problem: null } && BytesWritten == written) { await Task.Delay(Look, time, cancel); }
        var report = counter.Report();
        return report.ConnectionsBroken == 0 ? report.WindowStall.Ms : null;
    }

    public async Task ReplaceBrokenAsync(CancellationToken cancel)
    {
        if (counter.Problem.IsCompleted)
        {
            var report = await counter.StopAsync();
            (broken, wrong) = (broken + report.ConnectionsBroken, wrong + report.RepliesWrong);
            await counter.DisposeAsync();
            counter = await CounterClient.StartAsync(server, CounterOptions, time, cancel);
        }

        if (rewriter is { Problem: not null } old)
        {
            (broken, wrong) = (broken + 1, wrong + old.RepliesWrong);
            await old.DisposeAsync();
            rewriter = await WriterAsync(server, combination, ++generation, time, cancel);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await counter.DisposeAsync();
        if (rewriter is not null) { await rewriter.DisposeAsync(); }
    }

    private static async Task<Rewriter?> WriterAsync(IPEndPoint server, Combination combination, int generation, TimeProvider time, CancellationToken cancel) => combination.WriteMbPerS == 0
        ? null
        : await Rewriter.StartAsync(server, new RewriterOptions(RandomValues.Count(combination.MemoryMb), combination.WriteMbPerS, generation), time, cancel);
}
