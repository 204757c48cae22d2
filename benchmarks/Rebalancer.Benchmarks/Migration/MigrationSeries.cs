using System.Globalization;
using Rebalancer.Benchmarks.Migration.Load;
using Rebalancer.Benchmarks.Migration.Measuring;
using Rebalancer.Benchmarks.Migration.Methods;
using Rebalancer.Benchmarks.Migration.Report;
using Rebalancer.Lab;
using Rebalancer.Lab.Host;
using Rebalancer.Lab.Nodes;
using Rebalancer.Lab.Processes;

namespace Rebalancer.Benchmarks.Migration;

/// <summary>One combination: the same Redis moved back and forth between two fresh nodes.</summary>
internal sealed class MigrationSeries(Combination combination, TimeProvider time, TextWriter output)
{
    /// <summary>Room for the largest pod beside the smallest.</summary>
    private const string NodeMemory = "12Gi";
    private static readonly (string First, string Second) Nodes = ("left", "right");
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);
    private readonly List<MoveSample> samples = [];

    /// <summary>What ended the series early or what a client complained about; null when all went well.</summary>
    public string? Problem { get; private set; }

    public async Task<MigrationResult> RunAsync(CancellationToken cancel)
    {
        var (broken, wrong) = (0, 0L);
        try
        {
            await using var cluster = await StartClusterAsync(cancel);
            var meter = new CpuMeter(cluster.Environment.Slot.Cgroup);
            meter.Add(cluster);
            await using var method = await StartMethodAsync(cluster, meter, cancel);
            await RedisFill.RunAsync(method.Server, combination.MemoryMb, time, cancel);
            await SetLinksAsync(cluster, cancel);
            await LinkMeter.StartAsync(Nodes.First, Nodes.Second, cancel);
            await using var clients = await SeriesClients.StartAsync(method.Server, combination, time, cancel);
            try
            {
                await MoveAllAsync(method, clients, meter, cancel);
            }
            finally
            {
                (broken, wrong) = (clients.ConnectionsBroken, clients.RepliesWrong);
            }
        }
        catch (Exception e) when (e is MoveFailedException or CommandException or TimeoutException or LabException or IOException)
        {
            Problem = e.Message;
            output.WriteLine($"      {e.GetType().Name}: {e.Message}");
        }

        return MigrationResult.Of(combination, samples, broken, wrong);
    }

    private async Task MoveAllAsync(IMoveMethod method, SeriesClients clients, CpuMeter meter, CancellationToken cancel)
    {
        for (var number = 1; number <= combination.Moves; number++)
        {
            try
            {
                var sample = await MoveAsync(method, clients, meter, cancel);
                samples.Add(sample);
                Print(number, sample);
            }
            catch (MoveFailedException e) when (e.IsAlive)
            {
                Problem = e.Message;
                output.WriteLine($"{number,6}  not moved: {e.Message}");
            }

            if (clients.Problem is { } problem)
            {
                Problem = problem;
                output.WriteLine($"        {problem}");
            }

            await clients.ReplaceBrokenAsync(cancel);
        }
    }

    private async Task<MoveSample> MoveAsync(IMoveMethod method, SeriesClients clients, CpuMeter meter, CancellationToken cancel)
    {
        var quiet = await QuietAsync(clients, meter, cancel);
        clients.OpenWindow();
        var (cpuBefore, bytesBefore, started) = (meter.Read(), await LinkMeter.ReadBytesAsync(cancel), time.GetTimestamp());
        var times = await method.MoveAsync(combination.MoveLimit, cancel);
        var stallMs = await clients.StallMsAsync(cancel);
        await method.TidyAsync(cancel);
        // The workload's own share: it runs as before, except during the freeze.
        var ran = time.GetElapsedTime(started) - times.Freeze;
        var cpu = meter.Read() - cpuBefore - (quiet * ran.TotalSeconds);
        var bytes = await LinkMeter.ReadBytesAsync(cancel) - bytesBefore;
        return new MoveSample(times.Strategy, stallMs, times.Freeze.TotalMilliseconds, times.Total.TotalMilliseconds, bytes, Math.Max(0, cpu.TotalSeconds), times.Phases);
    }

    /// <returns>CPU time that the nodes use in a second in which nothing moves.</returns>
    private async Task<TimeSpan> QuietAsync(SeriesClients clients, CpuMeter meter, CancellationToken cancel)
    {
        var (before, written, started) = (meter.Read(), clients.BytesWritten, time.GetTimestamp());
        await Task.Delay(Quiet, time, cancel);
        var seconds = time.GetElapsedTime(started).TotalSeconds;
        WriteMbPerS = (clients.BytesWritten - written) / 1e6 / seconds;
        return (meter.Read() - before) / seconds;
    }

    private double WriteMbPerS { get; set; }

    private async Task<LabCluster> StartClusterAsync(CancellationToken cancel) => await LabCluster.StartAsync(
        new LabOptions
        {
            Name = $"bench-{combination.Method}",
            Nodes = [new LabNodeOptions { Name = Nodes.First, Memory = NodeMemory }, new LabNodeOptions { Name = Nodes.Second, Memory = NodeMemory }],
            WithProduct = combination.Method == MigrationOptions.Ours,
            Time = time,
        },
        cancel);

    private async Task<IMoveMethod> StartMethodAsync(LabCluster cluster, CpuMeter meter, CancellationToken cancel) => combination.Method switch
    {
        "runc" => await RuncMethod.StartAsync(cluster, Nodes, meter, cancel),
        "podman" => await PodmanMethod.StartAsync(cluster, Nodes, meter, cancel),
        _ => await RebalancerMethod.StartAsync(cluster, Nodes, combination.MemoryMb, cancel),
    };

    private async Task SetLinksAsync(LabCluster cluster, CancellationToken cancel)
    {
        foreach (var node in cluster.Nodes) { await node.SetLinkSpeedAsync(combination.LinkMbitPerS == 0 ? null : combination.LinkMbitPerS, cancel); }
    }

    private void Print(int number, MoveSample sample) => output.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{number,6}  stall {sample.StallMs,6:0} ms  freeze {sample.FreezeMs,6:0} ms  total {sample.TotalMs,6:0} ms  {sample.Bytes / 1e6,7:0.0} MB  CPU {sample.CpuSeconds,5:0.00} s")
        + (combination.WriteMbPerS == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"  before: {WriteMbPerS:0.0} MB/s written"))
        + (sample.Phases.Length == 0 ? "" : $"  ({sample.Phases})"));
}
