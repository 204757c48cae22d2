using System.Text.Json.Nodes;
using k8s;
using Microsoft.Extensions.Logging.Abstractions;
using Rebalancer.Descheduler.Migrations;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Simulation.Checks;
using Rebalancer.Simulation.Cluster;
using Rebalancer.Simulation.Faults;
using Rebalancer.Simulation.Kernel;
using Rebalancer.Simulation.Nodes;
using Rebalancer.Simulation.Replicas;
using Rebalancer.Testing.Controllers;
using Rebalancer.Testing.Controllers.StatefulSets;
using Rebalancer.Testing.Operations;
using Rebalancer.Testing.Resources;

namespace Rebalancer.Simulation;

/// <summary>A cluster of one seed.</summary>
internal sealed class World
{
    /// <summary>As they ship, but for waits of minutes in which nothing can happen that does not in less.</summary>
    public static readonly MoveLimits Limits = new() { PendingSeconds = 60, SlotWaitSeconds = 60, PreCopySeconds = 60, CommittedSeconds = 90, KeepFinishedHours = 0 };

    private readonly SimulatedProcess server;
    private readonly ApiNetwork network;
    private readonly List<SimulatedNode> nodes = [];
    private readonly List<SimulatedReplica> replicas = [];
    private readonly HashSet<(string, string)> cutLinks = [];
    private int nextId;
    private int replicaNames;

    public World(int seed, Canary canary, Action<string>? show)
    {
        (Seed, Canary) = (seed, canary);
        Simulator = new Simulator(seed);
        Trace = new Trace(Simulator, show);
        Rates = FaultRates.Draw(Simulator);
        HasKillGate = Simulator.Chance(0.5);
        Safety = new SafetyChecks(this);
        server = NewProcess("api");
        Api = new SimulatedApi(Simulator, seed, new SimulatedAdmission(this));
        network = new ApiNetwork(Simulator, Api, server, Rates) { Answered = Safety.LookAtCall };
    }

    public int Seed { get; }
    public Canary Canary { get; }
    public Simulator Simulator { get; }
    public Trace Trace { get; }
    public FaultRates Rates { get; }
    public SafetyChecks Safety { get; }
    public SimulatedApi Api { get; }

    /// <summary>The pods' containers run under the wrapper.</summary>
    public bool HasKillGate { get; }
    public IReadOnlyList<SimulatedNode> Nodes => nodes;
    public IReadOnlyList<SimulatedReplica> Replicas => replicas;
    public int NextId() => ++nextId;

    public SimulatedProcess NewProcess(string name) => new(Simulator, name)
    {
        Failed = (process, e) => Safety.Violated($"{process.Name} ended by a fault: {e}"),
    };

    /// <summary>A client of the API server for one program.</summary>
    public k8s.Kubernetes Connect(SimulatedProcess process, Func<bool> isCut, TimeSpan answerLimit)
        => network.Connect(process, isCut, answerLimit);

    public SimulatedNode? Node(string name) => nodes.Find(n => n.Name == name && !n.IsLost);

    public bool AreApart(SimulatedNode a, SimulatedNode b) => a.IsLost || b.IsLost || cutLinks.Contains(Pair(a, b));

    public void Cut(SimulatedNode a, SimulatedNode b) => cutLinks.Add(Pair(a, b));

    public void Mend(SimulatedNode a, SimulatedNode b) => cutLinks.Remove(Pair(a, b));

    public IEnumerable<Migration> Migrations() => Api.Store.List(Api.Migrations).Objects.Values.Select(o => o.As<Migration>());

    public Migration? Migration(string name) => Api.Store.Find(Api.Migrations, new(Workloads.Ns, name))?.As<Migration>();

    /// <summary>What lies on the node for the pod that a move is to bring there.</summary>
    public MoveImages? ImagesFor(SimulatedNode node, string podUid)
        => Migrations().FirstOrDefault(m => m.Status.Claim?.PodUID == podUid && m.Status.TargetNode == node.Name) is { } move ? node.Disk.Images.GetValueOrDefault(move.Metadata.Uid) : null;

    /// <summary>A cluster whose pods run.</summary>
    public void SetUp(int nodeCount)
    {
        server.Start(() => CreateAsync(nodeCount));
        foreach (var controller in Controllers())
        {
            var changes = Api.Store.WatchAll();
            server.Start(() => controller.RunAsync(changes, CancellationToken.None));
        }

        server.Start(Safety.WatchAsync);
        server.Start(CollectPodsAsync);
        for (var i = 0; i < nodeCount; i++)
        {
            nodes.Add(new SimulatedNode(this, $"node-{i}"));
        }

        nodes.ForEach(n => n.Start());
        StartReplica();
        StartReplica();
    }

    public void StartReplica()
    {
        var replica = new SimulatedReplica(this, $"descheduler-{replicaNames++}");
        replicas.Add(replica);
        Trace.Add(replica.Name, "starts");
        replica.Start();
    }

    public void KillReplica(SimulatedReplica replica)
    {
        if (!replica.IsDead)
        {
            Trace.Add(replica.Name, "dies");
            replica.Die();
            replicas.Remove(replica);
            Simulator.After(Simulator.Between(500, 8000), StartReplica);
        }
    }

    /// <summary>Something outside asks the API server.</summary>
    public void Ask(string who, string method, string path, JsonObject? body, string contentType = "application/json") => server.Start(async () =>
    {
        var answer = await Api.AskAsync(new ApiCall(method, path, body is null ? null : Serialize(body), contentType));
        Trace.Add(who, $"{method} {path}: {answer.Code}");
    });

    /// <summary>What the cloud's controllers do with a machine that is gone.</summary>
    public void Remove(SimulatedNode node) => server.Start(async () =>
    {
        await DeleteAsync(Known.Nodes, new("", node.Name));
        foreach (var pod in Api.Store.List(Known.Pods).Objects.Values.Where(p => p.As<k8s.Models.V1Pod>().Spec.NodeName == node.Name))
        {
            await DeleteAsync(Known.Pods, pod.Key);
        }
    });

    /// <summary>As the pod garbage collector: a pod that is bound to a node that does not exist is removed after a while.</summary>
    private async Task CollectPodsAsync()
    {
        var before = new HashSet<string>();
        while (true)
        {
            await Task.Delay(TimeSpan.FromSeconds(20), Simulator);
            var orphans = Api.Store.List(Known.Pods).Objects.Values
                .Where(p => p.As<k8s.Models.V1Pod>().Spec.NodeName is { Length: > 0 } name && Api.Store.Find(Known.Nodes, new("", name)) is null).ToList();
            foreach (var pod in orphans.Where(p => before.Contains(p.Uid)))
            {
                await DeleteAsync(Known.Pods, pod.Key);
            }

            before = [.. orphans.Select(p => p.Uid)];
        }
    }

    private async Task DeleteAsync(ResourceDescriptor resource, Rebalancer.Testing.Store.ObjectKey key)
    {
        try
        {
            await Api.Deleter.DeleteAsync(resource, key, new DeleteOptions { GracePeriodSeconds = 0 }, WriteOptions.Of("pod-garbage-collector"), CancellationToken.None);
        }
        catch (Rebalancer.Testing.Errors.ApiException e) when (e.Reason == "NotFound")
        {
            // Gone already.
            return;
        }
    }

    private async Task CreateAsync(int nodeCount)
    {
        await Api.CreateAsync("node.k8s.io", "v1", "runtimeclasses", "", Workloads.RuntimeClass());
        for (var i = 0; i < nodeCount; i++)
        {
            await Api.CreateAsync("", "v1", "nodes", "", Workloads.Node($"node-{i}"));
            await Api.Writer.UpdateAsync(Known.Nodes, new("", $"node-{i}"), o => { o["status"] = Workloads.NodeStatus(); return o; }, WriteOptions.Of("kubelet") with { Subresource = "status" }, CancellationToken.None);
        }

        await Api.CreateAsync("apps", "v1", "replicasets", Workloads.Ns, Workloads.ReplicaSet("web", 2));
        await Api.CreateAsync("policy", "v1", "poddisruptionbudgets", Workloads.Ns, Workloads.Budget("web", 1));
        await Api.CreateAsync("apps", "v1", "statefulsets", Workloads.Ns, Workloads.StatefulSet("db", 1));
        await Api.CreateAsync("", "v1", "pods", Workloads.Ns, Workloads.Bare("solo"));
    }

    private IEnumerable<IController> Controllers() =>
    [
        new ReplicaSetController(Api.Context, NullLogger.Instance),
        new StatefulSetController(Api.Context, NullLogger.Instance),
        new DisruptionController(Api.Context, NullLogger.Instance),
        new Scheduler(Api.Context, NullLogger.Instance),
    ];

    private static byte[] Serialize(JsonObject body) => System.Text.Encoding.UTF8.GetBytes(body.ToJsonString());

    private static (string, string) Pair(SimulatedNode a, SimulatedNode b) => string.CompareOrdinal(a.Name, b.Name) < 0 ? (a.Name, b.Name) : (b.Name, a.Name);
}
