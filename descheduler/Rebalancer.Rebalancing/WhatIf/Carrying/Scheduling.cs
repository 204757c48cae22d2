using Rebalancer.Kubernetes.Api;
using Rebalancer.Policy.Constraints;
using Rebalancer.Rebalancing.WhatIf.Accounts;
using Rebalancer.Rebalancing.WhatIf.Clusters;
using Rebalancer.Rebalancing.WhatIf.Events;

namespace Rebalancer.Rebalancing.WhatIf.Carrying;

/// <summary>
/// kube-scheduler with NodeResourcesFit's MostAllocated and no other score, one pod at a time and without preemption; and an autoscaler: a pod that fits nowhere gets the cheapest node
/// that takes it, and a node that has been empty for a while goes. Pods that no kind of node takes are tried again at each step.
/// </summary>
internal sealed class Scheduling
{
    private readonly SimulatedCluster cluster;
    private readonly Agenda agenda;
    private readonly ArmAccounts accounts;
    private readonly SimulationOptions options;
    private List<SimulatedPod> waiting = [];

    public Scheduling(SimulatedCluster cluster, Agenda agenda, ArmAccounts accounts, SimulationOptions options)
    {
        (this.cluster, this.agenda, this.accounts, this.options) = (cluster, agenda, accounts, options);
        cluster.Emptied = RemoveLater;
    }

    public void Place(SimulatedPod pod)
    {
        var node = Best(pod, n => n.TakesPods && n.IsReady) ?? Best(pod, n => n.TakesPods && !n.IsReady) ?? Add(pod);
        if (node is null)
        {
            waiting.Add(pod);
            return;
        }

        cluster.Settle(pod, node, isUp: false);
        var (uid, ready) = (pod.Uid, node.ReadyAt is { } at && at > agenda.Now ? at : agenda.Now);
        agenda.At(ready + options.Restart, () => Start(pod, uid));
    }

    /// <summary>The pod is lost where it was, and starts anew somewhere.</summary>
    public void Lose(SimulatedPod pod, bool byMove)
    {
        if (pod.LostAt is null) { (pod.LostAt, pod.WasLostByMove) = (agenda.Now, byMove); }
        cluster.TakeOut(pod);
        Place(pod);
    }

    public void TryWaiting()
    {
        var again = waiting;
        waiting = [];
        foreach (var pod in again.Where(p => p.Node is null && cluster.Pods.GetValueOrDefault(p.FullName) == p)) { Place(pod); }
    }

    /// <summary>The node that MostAllocated likes best of those that may take a live move of the pod; null: there is none.</summary>
    public SimulatedNode? BestForMove(SimulatedPod pod, bool ignoreCpu)
    {
        var source = pod.Node!;
        return Best(
            pod,
            n => n != source && n.TakesMoves && (ignoreCpu || CpuCompatibility.MayGoOn(source.Info.Machine, n.Info.Machine)),
            n => cluster.Room.CheckMove(pod.Number, source.Number, n.Number) == RejectionKind.None);
    }

    /// <summary>The autoscaler starts a node for a plan's placeholder, which holds it; null: nothing is there any more that it could be like.</summary>
    /// <param name="node">As the plan describes it.</param>
    /// <param name="ready">Called when it is.</param>
    public SimulatedNode? Order(PlanNewNode node, Action ready)
    {
        if (!node.UsdPerHour.TryRead(out var usdPerHour) || cluster.Add(node.Like, node.InstanceType, usdPerHour) is not { } added)
        {
            return null;
        }

        added.IsHeld = true;
        Boot(added, () =>
        {
            added.Ready();
            ready();
        });
        return added;
    }

    /// <summary>The placeholder of a node has gone: it is like any other, and goes where nothing is on it.</summary>
    public void LetGo(SimulatedNode node)
    {
        node.IsHeld = false;
        if (!node.IsGone && node.Pods.TrueForAll(p => p.GoesWithNode))
        {
            node.EmptySince = agenda.Now;
            RemoveLater(node);
        }
    }

    /// <summary>Also of a node that was empty from the start.</summary>
    public void RemoveLater(SimulatedNode node)
    {
        var since = node.EmptySince;
        agenda.After(MoveTimes.EmptyNode, () => RemoveEmpty(node, since));
    }

    private void RemoveEmpty(SimulatedNode node, DateTimeOffset? since)
    {
        if (!node.IsGone && since is not null && node.EmptySince == since && node.Info is { KeepMark: null, Doomed: false })
        {
            cluster.Remove(node);
        }
    }

    private SimulatedNode? Add(SimulatedPod pod)
    {
        var node = cluster.Kinds.Select(k => cluster.TryAdd(k, pod)).FirstOrDefault(n => n is not null);
        if (node is not null) { Boot(node, node.Ready); }
        return node;
    }

    private void Boot(SimulatedNode node, Action ready)
    {
        node.ReadyAt = agenda.Now + MoveTimes.NodeStart;
        agenda.At(node.ReadyAt.Value, ready);
    }

    private void Start(SimulatedPod pod, string uid)
    {
        if (pod.Uid == uid && !pod.IsUp && pod.Node is not null)
        {
            cluster.Start(pod, agenda.Now);
            accounts.Back(pod, agenda.Now);
        }
    }

    private SimulatedNode? Best(SimulatedPod pod, Func<SimulatedNode, bool> may, Func<SimulatedNode, bool>? fits = null)
    {
        fits ??= n => cluster.Room.Check(pod.Number, n.Number) == RejectionKind.None;
        var (best, most) = (default(SimulatedNode), double.NegativeInfinity);
        foreach (var node in cluster.Nodes.Values)
        {
            if (may(node) && cluster.Room.MostAllocated(pod.Number, node.Number) is var share && share > most && fits(node))
            {
                (best, most) = (node, share);
            }
        }

        return best;
    }
}
