using System.Text.Json.Nodes;

namespace Rebalancer.Benchmarks.Clusters;

/// <summary>
/// A cluster as `kubectl get ... -A -o json` prints it, made from a seed: pools of EC2 machines, daemons, and teams whose workloads have been spread over
/// them with a share of the room used. The same seed gives the same bytes.
/// </summary>
internal sealed class ClusterGenerator(int nodeCount, int seed)
{
    /// <summary>Share of the processors that pods ask for, as clusters tend to have it.</summary>
    private const double TargetUse = 0.5;

    private readonly Random random = new(seed);
    private readonly List<NodeRow> nodes = [];
    private readonly List<JsonObject> objects = [];

    public IReadOnlyList<JsonObject> Make()
    {
        MakeNodes();
        foreach (var name in new[] { "kube-system", "shop", "data", "internal" })
        {
            objects.Add(ClusterJson.Namespace(name));
        }

        foreach (var daemon in ClusterShapes.Daemons)
        {
            nodes.ForEach(n => Place(n, "kube-system", daemon, daemon.Name, $"{daemon.Name}-{n.Name}"));
        }

        var total = nodes.Sum(n => n.CpuMilli);
        for (var team = 0; nodes.Sum(n => n.FreeCpuMilli) > total * (1 - TargetUse); team++)
        {
            foreach (var app in ClusterShapes.Apps)
            {
                MakeApp(app, $"{app.Name}-{team}");
            }
        }

        return objects;
    }

    private void MakeNodes()
    {
        var pools = ClusterShapes.Pools.SelectMany(p => Enumerable.Repeat(p, p.Share)).ToArray();
        for (var i = 0; i < nodeCount; i++)
        {
            var pool = pools[i % pools.Length];
            var node = new NodeRow($"ip-10-0-{i / 250}-{i % 250}", ClusterShapes.Zones[random.Next(ClusterShapes.Zones.Length)], pool);
            nodes.Add(node);
            objects.Add(ClusterJson.Node(node));
        }
    }

    private void MakeApp(AppShape app, string name)
    {
        var ns = app.Kind == "StatefulSet" ? "data" : random.Next(3) == 0 ? "internal" : "shop";
        var replicas = random.Next(app.MinReplicas, app.MaxReplicas + 1);
        var used = new List<NodeRow>();
        for (var replica = 0; replica < replicas; replica++)
        {
            var zone = app.Rule == "zone" ? ClusterShapes.Zones[replica % ClusterShapes.Zones.Length] : null;
            var fitting = nodes.Where(n => n.Fits(app) && (zone is null || n.Zone == zone) && (app.Rule != "host" || !used.Contains(n))).ToList();
            if (fitting.Count == 0)
            {
                break;
            }

            var node = fitting[random.Next(fitting.Count)];
            used.Add(node);
            Place(node, ns, app, name, $"{name}-{replica}");
        }

        if (used.Count == 0)
        {
            return;
        }

        objects.Add(ClusterJson.Owner(app, ns, name, used.Count));
        if (app.Priority > 0 || random.Next(3) == 0)
        {
            objects.Add(ClusterJson.Budget(ns, name, used.Count));
        }
    }

    private void Place(NodeRow node, string ns, AppShape app, string owner, string name)
    {
        node.Take(app);
        objects.Add(ClusterJson.Pod(node, ns, app, owner, name));
        if (app.Rule == "claim")
        {
            objects.AddRange(ClusterJson.Claim(node, ns, name));
        }
    }
}

/// <summary>A node and what is left of it.</summary>
internal sealed class NodeRow(string name, string zone, PoolShape pool)
{
    private int freeMemoryMib = pool.MemoryMib;
    private int pods;

    public string Name => name;

    public string Zone => zone;

    public PoolShape Pool => pool;

    public int CpuMilli => pool.CpuMilli;

    public int FreeCpuMilli { get; private set; } = pool.CpuMilli;

    public bool Fits(AppShape app) => FreeCpuMilli >= app.CpuMilli && freeMemoryMib >= app.MemoryMib && pods < pool.MaxPods;

    public void Take(AppShape app)
    {
        FreeCpuMilli -= app.CpuMilli;
        freeMemoryMib -= app.MemoryMib;
        pods++;
    }
}
