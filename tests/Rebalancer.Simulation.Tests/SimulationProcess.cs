using System.Diagnostics;

namespace Rebalancer.Simulation.Tests;

/// <summary>The simulation as a process of its own: its order of events hangs on a thread pool of one thread.</summary>
internal static class SimulationProcess
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(20);

    public static async Task<(int ExitCode, List<string> Lines)> PlayAsync(params string[] arguments)
    {
        // Beside this project's own output.
        var folder = AppContext.BaseDirectory.Replace("Rebalancer.Simulation.Tests", "Rebalancer.Simulation", StringComparison.Ordinal);
        var start = new ProcessStartInfo("dotnet", [Path.Combine(folder, "Rebalancer.Simulation.dll"), .. arguments]) { RedirectStandardOutput = true };
        using var limit = new CancellationTokenSource(Limit);
        using var process = Process.Start(start)!;
        var lines = new List<string>();
        while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            lines.Add(line);
        }

        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, lines);
    }
}
