using System.CommandLine;
using System.Globalization;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Lab.Demo;
using Rebalancer.Lab.Moves;
using Rebalancer.Lab.Nodes;

namespace Rebalancer.Lab.Soak;

/// <summary>The verb `soak`.</summary>
internal static class SoakCommand
{
    public static Command Create()
    {
        var defaults = new SoakOptions();
        var moves = new Option<int>("--moves") { Description = "Moves of each series.", DefaultValueFactory = _ => defaults.Moves };
        var cgroup = new Option<string>("--cgroup") { Description = "v1, v2 or both.", DefaultValueFactory = _ => "both" };
        var owner = new Option<string>("--owner") { Description = "What the pod belongs to: replicaset, statefulset, job, none (a bare pod), or both: the first and the last.", DefaultValueFactory = _ => "replicaset" };
        var megabytes = new Option<int>("--redis-mb") { Description = "Megabytes that Redis holds.", DefaultValueFactory = _ => defaults.Megabytes };
        var writes = new Option<int>("--writes-per-second") { Description = "Writes beside the counter's, over a second connection; 0: none.", DefaultValueFactory = _ => defaults.WritesPerSecond };
        var link = new Option<int>("--link-mbit") { Description = "Speed of the nodes' links once Redis is filled, Mbit/s; 0: as fast as the machine." };
        var agent = new Option<string>("--agent") { Description = "Further arguments of every agent, as one word: \"--tracker Hash\".", DefaultValueFactory = _ => "" };
        var descheduler = new Option<string>("--descheduler") { Description = "Further arguments of the descheduler, as one word.", DefaultValueFactory = _ => "" };
        var strategy = new Option<string>("--strategy") { Description = "spec.strategy of each move.", DefaultValueFactory = _ => defaults.Strategy };
        strategy.AcceptOnlyFromAmong(Strategies.Auto, Strategies.PreCopy, Strategies.StopAndCopy);
        var artifacts = new Option<string>("--artifacts") { Description = "Folder of soak.json and, after a failure, soak-logs.", DefaultValueFactory = _ => defaults.Artifacts };
        cgroup.AcceptOnlyFromAmong("v1", "v2", "both");
        owner.AcceptOnlyFromAmong("replicaset", "statefulset", "job", "none", "both");
        var soak = new Command("soak", "Moves one Redis pod back and forth under load.") { moves, cgroup, owner, megabytes, writes, link, agent, descheduler, strategy, artifacts };
        soak.SetAction((parsed, cancel) => RunAsync(
            new SoakOptions
            {
                Moves = parsed.GetValue(moves),
                Cgroups = parsed.GetValue(cgroup) is "both" ? ["v1", "v2"] : [parsed.GetValue(cgroup)!],
                Owners = parsed.GetValue(owner) switch { "both" => ["ReplicaSet", "None"], "none" => ["None"], "statefulset" => ["StatefulSet"], "job" => ["Job"], _ => ["ReplicaSet"] },
                Megabytes = parsed.GetValue(megabytes),
                WritesPerSecond = parsed.GetValue(writes),
                LinkMbit = parsed.GetValue(link),
                AgentArguments = parsed.GetValue(agent)!.Split(' ', StringSplitOptions.RemoveEmptyEntries),
                DeschedulerArguments = parsed.GetValue(descheduler)!.Split(' ', StringSplitOptions.RemoveEmptyEntries),
                Strategy = parsed.GetValue(strategy)!,
                Artifacts = parsed.GetValue(artifacts)!,
            },
            TimeProvider.System,
            cancel));
        return soak;
    }

    private static async Task<int> RunAsync(SoakOptions options, TimeProvider time, CancellationToken cancel)
    {
        var series = new List<SoakSeries>();
        foreach (var cgroup in options.Cgroups)
        {
            foreach (var owner in options.Owners)
            {
                series.Add(await SeriesAsync(cgroup, owner, options, time, cancel));
            }
        }

        var report = Path.Combine(options.Artifacts, "soak.json");
        await new SoakReport(series).WriteAsync(report, cancel);
        Console.WriteLine(report);
        return series.All(one => one.Failure is null) ? 0 : 1;
    }

    /// <summary>A cluster of its own for each series, so that one series' faults do not reach the next.</summary>
    private static async Task<SoakSeries> SeriesAsync(string cgroup, string owner, SoakOptions options, TimeProvider time, CancellationToken cancel)
    {
        Console.WriteLine($"{options.Moves} moves of a Redis with {options.Megabytes} MB, cgroup {cgroup}, owner {owner}");
        var version = cgroup == "v2" ? CgroupVersion.V2 : CgroupVersion.V1;
        LabNodeOptions[] nodes = [.. ((string[])["left", "right"]).Select(name => new LabNodeOptions { Name = name, CgroupVersion = version, AgentArguments = options.AgentArguments })];
        await using var cluster = await LabCluster.StartAsync(new LabOptions { Name = $"soak-{cgroup}-{owner}", Nodes = nodes, WithProduct = true, DeschedulerArguments = options.DeschedulerArguments, Time = time }, cancel);
        var result = await new SoakRun(cluster, options, time).RunAsync(cgroup, owner, ("left", "right"), Print, cancel);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"p50/p99 of {result.Moves.Count} moves: freeze {result.FreezeP50Ms:0}/{result.FreezeP99Ms:0} ms, stall {result.StallP50Ms:0}/{result.StallP99Ms:0} ms; ")
            + string.Create(CultureInfo.InvariantCulture, $"{result.Replies} replies on one connection, {result.RepliesWrong} wrong, {result.ConnectionsBroken} broken"));
        if (result.Failure is not null)
        {
            Console.WriteLine($"FAILED: {result.Failure}");
            Console.WriteLine($"logs of the nodes: {await FailureLogs.CollectAsync(cluster, Path.Combine(options.Artifacts, "soak-logs"), cancel)}");
        }

        return result;
    }

    internal static void Print(SoakMove move) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{move.Number,4}  {move.From} -> {move.To,-6} freeze {move.FreezeMs,5:0} ms  stall {move.StallMs,6:0.0} ms  {DemoText.Megabytes(move.Bytes),9}  total {move.TotalMs,6:0} ms")
        + (move.CompressedFromBytes == 0 ? "" : $"  compressed {DemoText.Megabytes(move.CompressedFromBytes)} to {DemoText.Megabytes(move.CompressedToBytes)}"));
}
