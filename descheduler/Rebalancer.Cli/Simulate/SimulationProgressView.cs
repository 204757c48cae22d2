using System.Globalization;
using Rebalancer.Rebalancing.WhatIf;
using Spectre.Console;

namespace Rebalancer.Cli.Simulate;

/// <summary>How far it is: bars on a terminal, elsewhere a line at each tenth, beside the output.</summary>
internal static class SimulationProgressView
{
    private const int Lines = 10;

    public static Task<SimulationReport> RunAsync(CliContext cli, bool isForPeople, Func<IProgress<SimulationProgress>, Task<SimulationReport>> run)
        => isForPeople && cli.Console.Profile.Capabilities is { Ansi: true, Interactive: true } ? BarsAsync(cli.Console, run) : run(new LinesOf(cli.Errors));

    private static Task<SimulationReport> BarsAsync(IAnsiConsole console, Func<IProgress<SimulationProgress>, Task<SimulationReport>> run)
        => console.Progress().AutoClear(true).StartAsync(context =>
        {
            var bars = new[] { ArmReport.Nothing, ArmReport.Live }.ToDictionary(a => a, a => context.AddTask(a, maxValue: 1), StringComparer.Ordinal);
            return run(new Bars(bars));
        });

    private sealed class Bars(Dictionary<string, ProgressTask> bars) : IProgress<SimulationProgress>
    {
        public void Report(SimulationProgress value) => bars[value.Arm].Value = value.Done;
    }

    /// <summary>Of the world that takes longest.</summary>
    private sealed class LinesOf(TextWriter errors) : IProgress<SimulationProgress>
    {
        private int told;

        public void Report(SimulationProgress value)
        {
            var tenths = (int)(value.Done * Lines);
            if (value.Arm == ArmReport.Live && tenths > told)
            {
                told = tenths;
                errors.WriteLine(string.Create(CultureInfo.InvariantCulture, $"simulated {tenths * 100 / Lines} %"));
            }
        }
    }
}
