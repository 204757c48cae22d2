using Rebalancer.Policy;
using Rebalancer.Policy.Constraints;
using Rebalancer.Policy.Cost.Catalogue;
using Rebalancer.Policy.Moves;
using Rebalancer.Rebalancing.WhatIf.Accounts;
using Rebalancer.Rebalancing.WhatIf.Clusters;
using Rebalancer.Rebalancing.WhatIf.Events;

namespace Rebalancer.Rebalancing.WhatIf.Carrying;

/// <summary>
/// Nodes that are taken away. At the notice, pods that may move, have room somewhere and whose memory gets over the node's link in time leave live, those first whose restart costs most; they go one
/// after the other, and nodes of a pool that are taken at the same instant share their links. Every other pod is restarted at once.
/// </summary>
internal sealed class Evacuation(
    SimulatedCluster cluster, Scheduling scheduling, PlanMoves? moves, Agenda agenda, ArmAccounts accounts, PlanPolicy policy, Draws draws, IMoveEstimates estimates)
{
    public int Interruptions { get; private set; }

    /// <param name="isLive">Pods leave live; otherwise all are restarted.</param>
    public void Take(IReadOnlyList<SimulatedNode> nodes, bool isLive)
    {
        var there = nodes.Where(n => !n.IsGone && !n.Info.Interrupted).ToList();
        foreach (var node in there)
        {
            Interruptions++;
            node.Announce(agenda.Now + Notice(node));
            moves?.NodeGoes(node);
        }

        foreach (var node in there)
        {
            var together = there.Count(n => n.Info.Machine.Pool == node.Info.Machine.Pool);
            Leave(node, isLive ? Math.Min(MoveTimes.NodeRate, MoveTimes.PoolRate / together) : 0);
            agenda.At(node.Info.TerminatesAt!.Value, () => End(node));
        }
    }

    private void Leave(SimulatedNode node, double rate)
    {
        var free = agenda.Now + MoveTimes.Setup;
        foreach (var pod in node.Pods.Where(p => !p.GoesWithNode && p.Node == node).OrderByDescending(p => policy.ValueOf(p.Info).UsdPerRestart).ThenBy(p => estimates.Of(p.Info).Bytes).ThenBy(p => p.FullName, StringComparer.Ordinal).ToList())
        {
            var estimate = estimates.Of(pod.Info);
            var ends = rate > 0 ? free + MoveTimes.Of(estimate.Bytes, rate, estimate.FreezeSeconds) : DateTimeOffset.MaxValue;
            if (ends <= node.Info.TerminatesAt - MoveTimes.Margin && MayMove(pod) && scheduling.BestForMove(pod, policy.IgnoreCpu) is { } target)
            {
                free = ends;
                cluster.BeginMove(pod, target);
                var uid = pod.Uid;
                agenda.At(ends, () => Arrive(pod, uid));
            }
            else
            {
                Lose(pod);
            }
        }

        // What was on its way to the node by its own interruption.
        foreach (var pod in node.Pods.Where(p => !p.GoesWithNode && p.Target == node).ToList()) { cluster.CancelMove(pod); }
    }

    private bool MayMove(SimulatedPod pod)
        => pod.IsUp && !string.IsNullOrEmpty(pod.Node!.Info.AgentEndpoint) && Movability.Check(pod.Info, policy.Limits.Freeze, automatic: false).IsEmpty;

    private void Arrive(SimulatedPod pod, string uid)
    {
        if (pod.Uid != uid)
        {
            return;
        }

        if (pod.Target is null || draws.Share("lost", uid) < estimates.Of(pod.Info).FailureShare)
        {
            Lose(pod);
            return;
        }

        accounts.Saved(pod);
        cluster.CommitMove(pod);
    }

    private void Lose(SimulatedPod pod)
    {
        accounts.LostByInterruption(pod);
        scheduling.Lose(pod, byMove: false);
    }

    private void End(SimulatedNode node)
    {
        if (node.IsGone)
        {
            return;
        }

        node.Pods.Where(p => !p.GoesWithNode && p.Node == node).ToList().ForEach(Lose);
        cluster.Remove(node);
    }

    private static TimeSpan Notice(SimulatedNode node) => Ec2Catalogue.Instance.Types.ContainsKey(node.Info.Machine.InstanceType) ? MoveTimes.Ec2Notice : MoveTimes.OtherNotice;
}
