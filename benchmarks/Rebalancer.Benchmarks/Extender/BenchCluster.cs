using System.Text;
using System.Text.Json.Nodes;
using Rebalancer.Benchmarks.Clusters;

namespace Rebalancer.Benchmarks.Extender;

/// <summary>A large cluster as the API server lists it: nodes of the example's pools, filled alike, and pods that wait to be placed.</summary>
internal sealed class BenchCluster
{
    private const int AppsPerOwner = 10;
    private static readonly PoolShape[] Pools = [.. ClusterShapes.Pools.SelectMany(p => Enumerable.Repeat(p, p.Share))];

    public BenchCluster(int nodeCount, int podCount, int waitingCount)
    {
        var rows = Enumerable.Range(0, nodeCount).Select(i => new NodeRow($"ip-10-0-{i / 250}-{i % 250}", ClusterShapes.Zones[i % ClusterShapes.Zones.Length], Pools[i % Pools.Length])).ToArray();
        NodeNames = [.. rows.Select(r => r.Name)];
        Nodes = [.. rows.Select((r, i) => Text(ClusterJson.Node(r), i))];
        Pods = [.. Enumerable.Range(0, podCount).Select(i => Text(Placed(rows[i % nodeCount], i), i)), .. Enumerable.Range(0, waitingCount).Select(i => Waiting(i))];
        WaitingPods = [.. Pods.Skip(podCount)];
    }

    public IReadOnlyList<string> NodeNames { get; }

    /// <summary>JSON of each node.</summary>
    public IReadOnlyList<byte[]> Nodes { get; }

    /// <summary>JSON of each pod, those that wait among them.</summary>
    public IReadOnlyList<byte[]> Pods { get; }

    public IReadOnlyList<byte[]> WaitingPods { get; }

    private static JsonObject Placed(NodeRow row, int number)
    {
        var app = ClusterShapes.Apps[number % ClusterShapes.Apps.Length];
        var owner = $"{app.Name}-{number / AppsPerOwner}";
        return ClusterJson.Pod(row, "shop", app with { CpuMilli = app.CpuMilli / 4, MemoryMib = app.MemoryMib / 4, Rule = "none" }, owner, $"{owner}-{number}");
    }

    private static byte[] Waiting(int number)
    {
        var app = ClusterShapes.Apps[number % ClusterShapes.Apps.Length];
        var row = new NodeRow("", ClusterShapes.Zones[0], Pools[0]);
        var pod = ClusterJson.Pod(row, "shop", app, $"new-{app.Name}", $"new-{app.Name}-{number}");
        pod["spec"]!.AsObject().Remove("nodeName");
        pod["status"] = new JsonObject { ["phase"] = "Pending" };
        return Text(pod, number);
    }

    private static byte[] Text(JsonObject item, int version)
    {
        item["metadata"]!["resourceVersion"] = $"{version + 1}";
        return Encoding.UTF8.GetBytes(item.ToJsonString());
    }
}
