using System.CommandLine;
using System.Diagnostics;

namespace Rebalancer.Benchmarks.Extender;

/// <summary>The verb `extender`: how fast the published extender answers kube-scheduler over HTTP.</summary>
internal static class ExtenderCommand
{
    private const int WaitingPods = 200;
    private const int MaximumNodes = 20_000;
    private const int MaximumPods = 500_000;

    /// <summary>Until the runtime has compiled what runs often for good.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var nodes = Number("--nodes", "Nodes in the cluster.", 5000, MaximumNodes);
        var pods = Number("--pods", "Pods on them.", 100_000, MaximumPods);
        var seconds = Number("--seconds", "Length of each measurement.", 15, 600);
        var rate = Number("--rate", "Requests a second of the open loop.", 200, 10_000);
        var clients = Number("--clients", "Clients of the closed loop.", 4, 256);
        var command = new Command("extender", "Latency and throughput of prioritize over HTTP (make bench-extender).") { nodes, pods, seconds, rate, clients };
        command.SetAction(async (parsed, cancellation) =>
        {
            var plan = new ExtenderPlan(parsed.GetValue(nodes), parsed.GetValue(pods), TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(rate), parsed.GetValue(clients));
            var results = await RunAsync(plan, cancellation);
            await ExtenderReport.WriteAsync(results, cancellation);
            ExtenderReport.WriteTable(results, Console.Out);
            return results.Any(r => r.Errors > 0) ? 1 : 0;
        });
        return command;
    }

    private static async Task<List<LoadResult>> RunAsync(ExtenderPlan plan, CancellationToken cancellation)
    {
        var cluster = new BenchCluster(plan.Nodes, plan.Pods, WaitingPods);
        await using var server = await ListServer.StartAsync(cluster, cancellation);
        var start = Stopwatch.StartNew();
        using var extender = await ExtenderProcess.StartAsync(server.Url, cancellation);
        Console.WriteLine($"{plan.Nodes} nodes and {plan.Pods} pods are in the extender's cache after {start.Elapsed.TotalSeconds:0.0} s, in {extender.ResidentMib:0} MiB");
        using var client = new LoadClient(extender.Url, "prioritize");
        var results = new List<LoadResult>();
        foreach (var (names, known) in new[] { (500, true), (500, false), (plan.Nodes, true) })
        {
            var bodies = new RequestBodies(cluster, names, known);
            await client.ClosedAsync(bodies, names, plan.Clients, WarmUp);
            foreach (var run in new[] { () => client.OpenAsync(bodies, names, plan.RatePerSecond, plan.Time), () => client.ClosedAsync(bodies, names, plan.Clients, plan.Time) })
            {
                var before = extender.Cpu;
                var result = await run();
                results.Add(result with { Pods = known ? "known" : "unknown", ServerCpuMs = Math.Round((extender.Cpu - before).TotalMilliseconds / result.Requests, 3) });
            }
        }

        return results;
    }

    private static Option<int> Number(string name, string description, int usual, int most)
    {
        var option = new Option<int>(name) { Description = $"{description} At most {most}.", DefaultValueFactory = _ => usual };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1 || result.GetValueOrDefault<int>() > most) { result.AddError($"{name} must be between 1 and {most}"); }
        });
        return option;
    }

    private sealed record ExtenderPlan(int Nodes, int Pods, TimeSpan Time, int RatePerSecond, int Clients);
}
