using System.CommandLine;
using System.Net;
using k8s;
using Rebalancer.Lab.Metadata;
using Rebalancer.Lab.Moves;
using Rebalancer.Lab.Network;
using Rebalancer.Lab.Nodes;
using Spectre.Console;

namespace Rebalancer.Lab.Demo;

/// <summary>The verb `demo`.</summary>
internal static class DemoCommand
{
    private const int FirstMetadataPort = 8101;

    public static Command Create()
    {
        var defaults = new DemoOptions();
        var megabytes = new Option<int>("--redis-mb") { Description = "Megabytes that Redis holds.", DefaultValueFactory = _ => defaults.RedisMegabytes };
        var connections = new Option<int>("--websockets") { Description = "Open WebSocket connections.", DefaultValueFactory = _ => defaults.WebSocketConnections };
        var notice = new Option<int>("--notice-seconds") { Description = "Time between the spot notice and the end of the node.", DefaultValueFactory = _ => defaults.NoticeSeconds };
        var settle = new Option<int>("--settle-seconds") { Description = "How long clients run before the notice, and after the node has gone.", DefaultValueFactory = _ => defaults.SettleSeconds };
        var cgroup = new Option<string>("--cgroup") { Description = "Version of cgroups on the nodes: host, v1 or v2.", DefaultValueFactory = _ => defaults.Cgroup };
        var artifacts = new Option<string>("--artifacts") { Description = "Folder of demo.json and, after a failure, demo-logs.", DefaultValueFactory = _ => defaults.Artifacts };
        cgroup.AcceptOnlyFromAmong("host", "v1", "v2");
        var demo = new Command("demo", "A window opens, and a plan consolidates four nodes to two by live moves; then one of them is interrupted, and everything moves again.") { megabytes, connections, notice, settle, cgroup, artifacts };
        demo.SetAction((parsed, cancel) => RunAsync(
            new DemoOptions
            {
                RedisMegabytes = parsed.GetValue(megabytes),
                WebSocketConnections = parsed.GetValue(connections),
                NoticeSeconds = parsed.GetValue(notice),
                SettleSeconds = parsed.GetValue(settle),
                Cgroup = parsed.GetValue(cgroup)!,
                Artifacts = parsed.GetValue(artifacts)!,
            },
            TimeProvider.System,
            cancel));
        return demo;
    }

    private static async Task<int> RunAsync(DemoOptions options, TimeProvider time, CancellationToken cancel)
    {
        (string Name, NodePrice Price)[] nodes = [("od-1", NodePrice.OnDemand), ("od-2", NodePrice.OnDemand), ("spot-1", NodePrice.CheapSpot), ("spot-2", NodePrice.OtherSpot)];
        await using var metadata = await DemoMetadata.StartAsync(nodes, FirstMetadataPort, time, cancel);
        AnsiConsole.WriteLine("starting four nodes with containerd, CRIU and the agents, and the controller");
        await using var cluster = await LabCluster.StartAsync(
            new LabOptions
            {
                Name = "demo",
                WithProduct = true,
                DeschedulerArguments = DemoLedger.Arguments(options.Artifacts),
                Time = time,
                Nodes = [.. nodes.Select(node => new LabNodeOptions
                {
                    Name = node.Name,
                    CgroupVersion = Cgroup(options.Cgroup),
                    Labels = node.Price.Labels,
                    Annotations = node.Price.Annotations,
                    MetadataUrl = metadata.Url(node.Name),
                })],
            },
            cancel);
        var logs = Path.Combine(options.Artifacts, "demo-logs");
        try
        {
            return await ShowAsync(cluster, metadata, options, logs, time, cancel);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            AnsiConsole.WriteLine($"the demo failed: {error.Message}");
            AnsiConsole.WriteLine($"logs of the nodes: {await FailureLogs.CollectAsync(cluster, logs, cancel)}");
            return 1;
        }
    }

    private static async Task<int> ShowAsync(LabCluster cluster, DemoMetadata metadata, DemoOptions options, string logs, TimeProvider time, CancellationToken cancel)
    {
        var nodes = new DemoNodes(["od-1", "od-2"], ["spot-1", "spot-2"], node => metadata[node], async (node, stop) =>
        {
            await cluster.Node(node).PowerOffAsync(stop);
            await cluster.Client.CoreV1.DeleteNodeAsync(node, cancellationToken: stop);
        });
        using var kubernetes = cluster.Api.CreateClient();
        var run = new DemoRun(kubernetes, nodes, options, time);
        IDemoView view = AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected
            ? new LiveDemoView(AnsiConsole.Console, time)
            : new PlainDemoView(Console.Out, time);
        var work = run.RunAsync(cancel);
        await view.ShowAsync(run.Snapshot, work, cancel);
        var outcome = await work;
        var report = Path.Combine(options.Artifacts, "demo.json");
        await outcome.Report.WriteAsync(report, cancel);
        var kept = outcome.Failures.Count == 0 ? null : await FailureLogs.CollectAsync(cluster, logs, cancel);
        DemoSummary.Write(AnsiConsole.Console, outcome, report, kept);
        return outcome.Failures.Count == 0 ? 0 : 1;
    }

    private static CgroupVersion Cgroup(string name) => name switch { "v1" => CgroupVersion.V1, "v2" => CgroupVersion.V2, _ => CgroupVersion.Host };
}
