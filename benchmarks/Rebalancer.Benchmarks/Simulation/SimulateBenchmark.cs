using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Rebalancer.Benchmarks.Clusters;
using Rebalancer.Benchmarks.Wrapper;

namespace Rebalancer.Benchmarks.Simulation;

/// <summary>One run as artifacts/bench-simulate.json has it.</summary>
/// <param name="Plans">Searches for a plan.</param>
/// <param name="Moves">That plans made.</param>
/// <param name="Seconds">From the start of the process to its end, reading the snapshot included.</param>
/// <param name="CpuSeconds">Of all its threads, user and system, but for the last fifth of a second.</param>
internal sealed record SimulateResult(int Nodes, int Pods, int Days, int Seed, int Plans, int Moves, double Seconds, double CpuSeconds, long PeakMb);

/// <summary>Runs the command as it is built, on a cluster of <see cref="ClusterGenerator"/>, and measures the process.</summary>
internal static class SimulateBenchmark
{
    private const string Start = "2026-11-30T00:00:00Z";
    private const long Mb = 1 << 20;
    private static readonly TimeSpan Sample = TimeSpan.FromMilliseconds(200);

    private static string Program => Path.Combine(WrapperReport.RepositoryRoot, "descheduler", "Rebalancer.Cli", "bin", "Release", "net10.0", "kubectl-rebalancer.dll");

    /// <exception cref="InvalidDataException">It did not end well.</exception>
    public static async Task<SimulateResult> RunAsync(int nodes, int days, int seed, string policy, CancellationToken cancellation)
    {
        var snapshot = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(snapshot, ClusterCommand.Text(nodes, seed), cancellation);
            string[] arguments =
            [
                Program, "simulate", "--snapshot", snapshot, "--policy", policy, "--days", Text(days), "--step", "10m", "--start", Start, "--seed", Text(seed), "-o", "json",
            ];
            var clock = Stopwatch.StartNew();
            using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
            await using var end = cancellation.Register(process.Kill);
            var report = process.StandardOutput.ReadToEndAsync(cancellation);
            var used = (Cpu: TimeSpan.Zero, Peak: 0L);
            while (!process.HasExited)
            {
                used = Used(process) ?? used;
                await Task.WhenAny(process.WaitForExitAsync(cancellation), Task.Delay(Sample, cancellation));
                cancellation.ThrowIfCancellationRequested();
            }

            return process.ExitCode == 0
                ? Read(await report, days, seed, clock.Elapsed.TotalSeconds, used.Cpu.TotalSeconds, used.Peak / Mb)
                : throw new InvalidDataException($"{Path.GetFileName(Program)} simulate ended with {process.ExitCode}");
        }
        finally
        {
            File.Delete(snapshot);
        }
    }

    /// <summary>So far; null where it has just ended: nobody knows then any more.</summary>
    private static (TimeSpan Cpu, long Peak)? Used(Process process)
    {
        try
        {
            process.Refresh();
            return (process.TotalProcessorTime, process.PeakWorkingSet64);
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static SimulateResult Read(string report, int days, int seed, double seconds, double cpuSeconds, long peakMb)
    {
        using var json = JsonDocument.Parse(report);
        var root = json.RootElement;
        var live = root.GetProperty("arms").EnumerateArray().Single(a => a.GetProperty("name").GetString() == "live");
        return new SimulateResult(
            root.GetProperty("nodes").GetInt32(), root.GetProperty("pods").GetInt32(), days, seed, root.GetProperty("plans").GetProperty("made").GetInt32(), live.GetProperty("moves").GetInt32(),
            Math.Round(seconds, 1), Math.Round(cpuSeconds, 1), peakMb);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
