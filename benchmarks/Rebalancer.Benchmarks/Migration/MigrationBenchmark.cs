using System.Globalization;
using Rebalancer.Benchmarks.Migration.Report;
using Rebalancer.Lab.Host;

namespace Rebalancer.Benchmarks.Migration;

/// <summary>The product's move beside the two that a user has without it, in one run.</summary>
internal sealed class MigrationBenchmark(MigrationOptions options, TimeProvider time, TextWriter output)
{
    /// <returns>0; 1 when the product did not move or a client of its noticed more than a stall. What the others cannot do is their result, not a failure.</returns>
    public async Task<int> RunAsync(CancellationToken cancel)
    {
        var environment = LabEnvironment.EnsureIsolated();
        var plan = MigrationPlan.Of(options);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{plan.Count} series, {plan.Sum(each => each.Moves)} moves, about {MigrationPlan.Estimate(plan).TotalMinutes:0} minutes; one client asks for one increment at a time with a pause of 1 ms"));
        var (results, isGood, started) = (new List<MigrationResult>(), true, time.GetTimestamp());
        foreach (var combination in plan)
        {
            output.WriteLine($"[{results.Count + 1}/{plan.Count}] {combination.Method}: Redis {combination.Workload}, link {combination.Link}, {combination.Moves} moves");
            var series = new MigrationSeries(combination, time, output);
            results.Add(await series.RunAsync(cancel));
            isGood &= combination.Method != MigrationOptions.Ours || series.Problem is null;
            // After each series, so that an interrupted run leaves what it measured.
            await MigrationReport.WriteAsync(results, $"{options.Artifacts}/bench-migration.json", cancel);
        }

        MigrationChart.Write(results, environment.RootFileSystem, $"{options.Artifacts}/bench-migration.png");
        MigrationReport.WriteTable(results, output);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{time.GetElapsedTime(started).TotalMinutes:0.0} minutes; {options.Artifacts}/bench-migration.json, {options.Artifacts}/bench-migration.png"));
        return isGood ? 0 : 1;
    }
}
