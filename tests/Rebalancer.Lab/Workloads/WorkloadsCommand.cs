using System.CommandLine;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Lab.Host;
using Rebalancer.Lab.Moves;
using Rebalancer.Lab.Nodes;
using Rebalancer.Lab.Soak;
using Spectre.Console;

namespace Rebalancer.Lab.Workloads;

/// <summary>The verb `workloads`.</summary>
internal static class WorkloadsCommand
{
    public static Command Create()
    {
        var defaults = new WorkloadsOptions();
        string[] names = [.. WorkloadKind.All.Select(kind => kind.Name)];
        var moves = new Option<int>("--moves") { Description = "Moves of each workload.", DefaultValueFactory = _ => defaults.Moves };
        var cgroup = new Option<string>("--cgroup") { Description = "v1, v2 or both.", DefaultValueFactory = _ => "v2" };
        var only = new Option<string[]>("--only") { Description = $"Workloads to run: {string.Join(", ", names)}; all by default.", DefaultValueFactory = _ => names, AllowMultipleArgumentsPerToken = true };
        var strategy = new Option<string>("--strategy") { Description = "How the moves carry memory: Auto, PreCopy or StopAndCopy.", DefaultValueFactory = _ => defaults.Strategy };
        var artifacts = new Option<string>("--artifacts") { Description = "Folder of workloads.json and, after a failure, workloads-logs.", DefaultValueFactory = _ => defaults.Artifacts };
        cgroup.AcceptOnlyFromAmong("v1", "v2", "both");
        strategy.AcceptOnlyFromAmong(Strategies.Auto, Strategies.PreCopy, Strategies.StopAndCopy);
        only.AcceptOnlyFromAmong(names);
        moves.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > WorkloadsOptions.MaxMoves)
            {
                result.AddError($"--moves {result.GetValueOrDefault<int>()} is not between 1 and {WorkloadsOptions.MaxMoves}");
            }
        });
        var workloads = new Command("workloads", "Moves real workloads back and forth under load and compares what they hold with what their clients did.") { moves, cgroup, only, strategy, artifacts };
        workloads.SetAction((parsed, cancel) => RunAsync(
            new WorkloadsOptions
            {
                Moves = parsed.GetValue(moves),
                Cgroups = parsed.GetValue(cgroup) is "both" ? ["v1", "v2"] : [parsed.GetValue(cgroup)!],
                Kinds = [.. WorkloadKind.All.Where(kind => parsed.GetValue(only)!.Contains(kind.Name))],
                Strategy = parsed.GetValue(strategy)!,
                Artifacts = parsed.GetValue(artifacts)!,
            },
            TimeProvider.System,
            cancel));
        return workloads;
    }

    private static async Task<int> RunAsync(WorkloadsOptions options, TimeProvider time, CancellationToken cancel)
    {
        var series = new List<WorkloadSeries>();
        foreach (var cgroup in options.Cgroups)
        {
            foreach (var kind in options.Kinds)
            {
                series.Add(await SeriesAsync(kind, cgroup, options, time, cancel));
            }
        }

        var report = new WorkloadsReport(series);
        AnsiConsole.Write(WorkloadsTable.Of(report));
        var path = Path.Combine(options.Artifacts, "workloads.json");
        await report.WriteAsync(path, cancel);
        Console.WriteLine(path);
        return report.ExitCode;
    }

    /// <summary>A cluster of its own for each series, so that one workload's faults do not reach the next.</summary>
    private static async Task<WorkloadSeries> SeriesAsync(WorkloadKind kind, string cgroup, WorkloadsOptions options, TimeProvider time, CancellationToken cancel)
    {
        Console.WriteLine($"{options.Moves} moves of {kind.Name}, cgroup {cgroup}");
        var version = cgroup == "v2" ? CgroupVersion.V2 : CgroupVersion.V1;
        var archives = await kind.BuildAsync(LabEnvironment.EnsureIsolated(), cancel);
        LabNodeOptions[] nodes = [new LabNodeOptions { Name = "left", CgroupVersion = version }, new LabNodeOptions { Name = "right", CgroupVersion = version }];
        var lab = new LabOptions { Name = $"workloads-{kind.Name}-{cgroup}", Nodes = nodes, WithProduct = true, ImageArchives = archives, Time = time };
        await using var cluster = await LabCluster.StartAsync(lab, cancel);
        var result = await new WorkloadRun(cluster, options, time).RunAsync(kind, cgroup, ("left", "right"), SoakCommand.Print, cancel);
        Console.WriteLine(result.Failure is { } failure ? $"FAILED: {failure}" : result.Checked);
        if (result.Failure is not null)
        {
            Console.WriteLine($"logs of the nodes: {await FailureLogs.CollectAsync(cluster, Path.Combine(options.Artifacts, "workloads-logs", kind.Name), cancel)}");
        }

        return result;
    }
}
