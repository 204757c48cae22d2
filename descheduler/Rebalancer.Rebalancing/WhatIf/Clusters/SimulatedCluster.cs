using System.Collections.Immutable;
using System.Globalization;
using Rebalancer.Model;
using Rebalancer.Planning;
using Rebalancer.Policy;
using Rebalancer.Policy.Constraints;
using Rebalancer.Rebalancing.WhatIf.Accounts;
using Rebalancer.Rebalancing.WhatIf.Events;

namespace Rebalancer.Rebalancing.WhatIf.Clusters;

/// <summary>The cluster as it is at this moment of the simulation: nodes, pods, who holds what, and what the nodes cost.</summary>
internal sealed class SimulatedCluster
{
    /// <summary>Nodes of a kind that may come before the room is made anew, at least.</summary>
    private const int LeastSpares = 4;

    private readonly ClusterSnapshot start;
    private readonly Agenda agenda;
    private readonly Draws draws;
    private readonly ImmutableArray<PodInfo> templates;
    private readonly Dictionary<NodeKind, SpareNodes> spares;
    private readonly Dictionary<string, PodInfo> byName;
    private readonly Dictionary<string, int> comings = new(StringComparer.Ordinal);
    private int ordered;

    public SimulatedCluster(ClusterSnapshot start, PlanPolicy policy, Agenda agenda, Draws draws)
    {
        (this.start, this.agenda, this.draws) = (start, agenda, draws);
        Kinds = NodeKind.Of(start, policy.Pricing);
        spares = Kinds.ToDictionary(k => k, k => new SpareNodes(k, Math.Max(LeastSpares, k.AtStart / 2)));
        Bill = new NodeBill(agenda.Now);
        Disruptions = new DisruptionCounts(start.Budgets);
        templates = [.. start.Pods.Where(p => !p.Finished).Select(p => p with { NodeName = "" })];
        byName = templates.ToDictionary(t => t.FullName, StringComparer.Ordinal);
        foreach (var node in start.Nodes.OrderBy(n => n.Name, StringComparer.Ordinal))
        {
            Nodes.Add(node.Name, Come(node, policy.Pricing.PriceOf(node).PerHour.Usd));
        }

        Room = NewRoom();
    }

    public ImmutableArray<NodeKind> Kinds { get; }

    /// <summary>In name order.</summary>
    public SortedDictionary<string, SimulatedNode> Nodes { get; } = new(StringComparer.Ordinal);

    /// <summary>By full name.</summary>
    public Dictionary<string, SimulatedPod> Pods { get; } = new(StringComparer.Ordinal);

    public Room Room { get; private set; }

    /// <summary>Goes up with everything that changes who holds what.</summary>
    public long Changes { get; private set; }

    public NodeBill Bill { get; }

    public DisruptionCounts Disruptions { get; }

    /// <summary>Told when a node has nothing left but what goes with it.</summary>
    public Action<SimulatedNode>? Emptied { get; set; }

    /// <summary>Pods of the start in the order of the snapshot, and where they are.</summary>
    public ImmutableArray<PodInfo> Templates => templates;

    public void Add(SimulatedPod pod)
    {
        pod.Number = Room.Index.PodNumber(pod.Template);
        Pods.Add(pod.FullName, pod);
        Disruptions.Exists(pod.Template, 1);
    }

    public void Forget(SimulatedPod pod)
    {
        TakeOut(pod);
        Pods.Remove(pod.FullName);
        Disruptions.Exists(pod.Template, -1);
    }

    /// <summary>It runs or starts there.</summary>
    public void Settle(SimulatedPod pod, SimulatedNode node, bool isUp, bool isSame = false)
    {
        TakeOut(pod);
        Hold(pod, node);
        pod.Settle(node, isUp, isSame);
        Disruptions.IsUp(pod.Template, isUp ? 1 : 0);
    }

    /// <summary>It is nowhere.</summary>
    public void TakeOut(SimulatedPod pod)
    {
        CancelMove(pod);
        if (pod.Node is { } node)
        {
            Disruptions.IsUp(pod.Template, pod.IsUp ? -1 : 0);
            pod.Settle(null, isUp: false);
            Release(pod, node);
        }
    }

    public void Start(SimulatedPod pod, DateTimeOffset now)
    {
        pod.Start(now);
        Disruptions.IsUp(pod.Template, 1);
    }

    /// <summary>A move begins: the pod holds room in both places.</summary>
    public void BeginMove(SimulatedPod pod, SimulatedNode target)
    {
        Hold(pod, target);
        pod.Target = target;
    }

    /// <summary>The pod runs on its target, and held its room all along.</summary>
    public void CommitMove(SimulatedPod pod)
    {
        var (source, target) = (pod.Node!, pod.Target!);
        pod.Target = null;
        pod.Settle(target, isUp: true);
        Release(pod, source);
    }

    public void CancelMove(SimulatedPod pod)
    {
        if (pod.Target is { } target)
        {
            pod.Target = null;
            Release(pod, target);
        }
    }

    /// <summary>One of the kind that is not ready yet, with its daemons; null: the kind does not take the pod.</summary>
    public SimulatedNode? TryAdd(NodeKind kind, SimulatedPod pod)
    {
        // First: the room may be made anew for it.
        var next = Next(kind).Name;
        return Takes(kind, Room.Index.NodeNumber(next), pod) ? Add(kind) : null;
    }

    /// <summary>One that is not ready yet, with its daemons.</summary>
    /// <param name="like">Name of the node whose labels, taints, zone and daemons it has.</param>
    /// <param name="instanceType">One of the catalogue's.</param>
    /// <param name="usdPerHour">Its price.</param>
    /// <returns>Null: nothing is there any more that it could be like.</returns>
    public SimulatedNode? Add(string like, string instanceType, decimal usdPerHour)
    {
        if (!Nodes.TryGetValue(like, out var model))
        {
            return null;
        }

        var daemons = model.Pods.Where(p => p.GoesWithNode).Select(p => p.Template).ToImmutableArray();
        var name = string.Create(CultureInfo.InvariantCulture, $"sim-new{++ordered}-{instanceType}");
        var kind = new NodeKind(name, NewNode.Of(model.Info, instanceType), daemons, usdPerHour, AtStart: 0);
        spares.Add(kind, new SpareNodes(kind, 1));
        Rebuild();
        return Add(kind);
    }

    private NodeInfo Next(NodeKind kind)
    {
        if (spares[kind].IsEmpty)
        {
            spares[kind].Grow();
            Rebuild();
        }

        return spares[kind].Peek();
    }

    private SimulatedNode Add(NodeKind kind)
    {
        var info = Next(kind);
        spares[kind].Take();
        var node = Come(info with { CreatedAt = agenda.Now }, kind.UsdPerHour);
        node.Number = Room.Index.NodeNumber(info.Name);
        Nodes.Add(info.Name, node);
        Room.SetActive(node.Number, active: true);
        foreach (var daemon in kind.Daemons)
        {
            var copy = new SimulatedPod(daemon with { Name = $"{daemon.Name}@{info.Name}", NodeName = "" }, TemplateOf(daemon));
            Add(copy);
            Settle(copy, node, isUp: true);
        }

        return node;
    }

    /// <summary>Whether a node of the kind would take the pod beside its daemons.</summary>
    private bool Takes(NodeKind kind, int node, SimulatedPod pod)
    {
        var daemons = kind.Daemons.Select(d => Room.Index.PodNumber(TemplateOf(d))).ToList();
        Room.SetActive(node, active: true);
        daemons.ForEach(d => Room.Place(d, node));
        var takes = Room.Check(pod.Number, node) == RejectionKind.None;
        daemons.ForEach(d => Room.Remove(d, node));
        Room.SetActive(node, active: false);
        return takes;
    }

    /// <summary>With what goes with it; nothing else may be there.</summary>
    public void Remove(SimulatedNode node)
    {
        foreach (var pod in node.Pods.ToList())
        {
            if (!pod.GoesWithNode) { throw new SimulationBrokenException($"node {node.Info.Name}", agenda.Now, $"taken away with pod {pod.FullName} on it"); }
            Forget(pod);
        }

        node.IsGone = true;
        Bill.Left(agenda.Now, node);
        Nodes.Remove(node.Info.Name);
        Room.SetActive(node.Number, active: false);
        if (spares.FirstOrDefault(s => s.Value.Owns(node.Info.Name)) is not { Key: { } kind, Value: { } away }) { return; }
        // What a plan has asked for comes once.
        if (Kinds.Contains(kind)) { away.GiveBack(node.Info.Name); }
        else { spares.Remove(kind); }
    }

    public ClusterSnapshot Snapshot() => start with
    {
        Nodes = [.. Nodes.Values.Select(n => n.Info)],
        Pods = [.. Pods.Values.Select(p => p.Info)],
        Budgets = Disruptions.Now(),
        Reservations = [.. Pods.Values.Where(p => p.Target is not null).Select(p => new Reservation(p.Target!.Info.Name, p.Info))],
    };

    private SimulatedNode Come(NodeInfo info, decimal usdPerHour)
    {
        var coming = comings[info.Name] = comings.GetValueOrDefault(info.Name) + 1;
        var node = new SimulatedNode(info, usdPerHour, agenda.Now) { Fate = draws.Exponential("fate", info.Name, coming) };
        Bill.Came(agenda.Now, node);
        return node;
    }

    private PodInfo TemplateOf(PodInfo pod) => byName[pod.FullName];

    private void Hold(SimulatedPod pod, SimulatedNode node)
    {
        Changes++;
        node.Pods.Add(pod);
        Room.Place(pod.Number, node.Number);
        node.EmptySince = pod.GoesWithNode ? node.EmptySince : null;
    }

    private void Release(SimulatedPod pod, SimulatedNode node)
    {
        Changes++;
        node.Pods.Remove(pod);
        Room.Remove(pod.Number, node.Number);
        if (node.EmptySince is null && node.Pods.TrueForAll(p => p.GoesWithNode))
        {
            node.EmptySince = agenda.Now;
            Emptied?.Invoke(node);
        }
    }

    private Room NewRoom()
    {
        var room = new Room(start, templates, [.. start.Nodes, .. spares.Values.SelectMany(s => s.All)]);
        foreach (var node in Nodes.Values)
        {
            node.Number = room.Index.NodeNumber(node.Info.Name);
            room.SetActive(node.Number, active: true);
        }

        return room;
    }

    private void Rebuild()
    {
        Room = NewRoom();
        foreach (var pod in Pods.Values) { pod.Number = Room.Index.PodNumber(pod.Template); }
        foreach (var node in Nodes.Values)
        {
            node.Pods.ForEach(p => Room.Place(p.Number, node.Number));
        }
    }
}
