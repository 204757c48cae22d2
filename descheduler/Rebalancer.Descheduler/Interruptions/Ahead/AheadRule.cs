using System.Collections.Immutable;
using k8s.Models;
using Rebalancer.Descheduler.Evictions;
using Rebalancer.Descheduler.Interruptions.Deadlines;
using Rebalancer.Descheduler.Migrations;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Model;

namespace Rebalancer.Descheduler.Interruptions.Ahead;

/// <summary>
/// Which pods are copied to another node ahead of a notice: those that would not get away in time if it came now to all nodes of high risk together, as
/// machines are taken together. Whoever fits is left alone. Pure.
/// </summary>
internal static class AheadRule
{
    public static AheadPlan Plan(EvacuationView view, IReadOnlyCollection<AheadPolicy> policies, IReadOnlyDictionary<string, NodeRisk> risks)
    {
        var held = Hold.Open(view.Migrations).ToList();
        ImmutableArray<Migration> withdraw = [.. held.Where(m => AheadTries.AreOf(m) && m.Metadata.DeletionTimestamp is null && HasPassed(m, view, policies, risks))];
        var risky = view.Nodes.Values.Where(n => !Announcements.AreOn(n) && Announcements.Has(n, Names.AgentEndpoint) && policies.Any(p => Takes(p, n, risks))).ToDictionary(n => n.Metadata.Name, StringComparer.Ordinal);
        var late = risky.Count == 0 ? [] : Late(view, risky);
        return new AheadPlan(WithinLimits(Wanted(late, view, policies, risks), held), withdraw);
    }

    /// <summary>Pods that would not leave in time, in the order in which they would be tried.</summary>
    private static List<V1Pod> Late(EvacuationView view, Dictionary<string, V1Node> risky)
    {
        var pods = risky.Values.SelectMany(n => view.PodsByNode[n.Metadata.Name].Where(PodFate.Concerns)
                .Select(pod => LeavingPod.Of(pod, new NodeAnnouncement(AnnouncementKind.Interruption, view.Now + CloudNotice.Of(n), Names.InterruptionHazard), view)))
            .Where(pod => pod.Fate is PodFate.CanMove).ToDictionary(pod => pod.Pod.Metadata.Uid, StringComparer.Ordinal);
        var planned = DeadlinePlan.Of(pods.Values.Select(pod => pod.ToLeaver(view)).OfType<Leaver>(), Evacuation.Capacity(view.Limits, view.History.Rest), view.Now);
        return [.. planned.Where(move => !move.Fits).Select(move => pods[move.Leaver.Uid].Pod)];
    }

    private static IEnumerable<(AheadCopy Copy, AheadPolicy Policy)> Wanted(IEnumerable<V1Pod> late, EvacuationView view, IReadOnlyCollection<AheadPolicy> policies, IReadOnlyDictionary<string, NodeRisk> risks)
    {
        foreach (var pod in late)
        {
            var info = PodMapping.ToModel(pod, []);
            var policy = policies.FirstOrDefault(p => Takes(p, view.Nodes[pod.Spec.NodeName], risks) && p.Rules.Plan.Pods.Refusal(info) is null);
            if (policy is not null && AheadTries.Next(pod, view.Of(pod), policy.Ahead.Longest, view.Now) is { } name)
            {
                yield return (new AheadCopy(pod, name, policy.Rules), policy);
            }
        }
    }

    /// <summary>Those of others count too, whoever made them.</summary>
    private static ImmutableArray<AheadCopy> WithinLimits(IEnumerable<(AheadCopy Copy, AheadPolicy Policy)> wanted, List<Migration> held)
    {
        var create = ImmutableArray.CreateBuilder<AheadCopy>();
        foreach (var (copy, policy) in wanted)
        {
            var node = copy.Pod.Spec.NodeName;
            var onNode = held.Count(m => m.Status.SourceNode == node || m.Status.TargetNode == node) + create.Count(c => c.Pod.Spec.NodeName == node);
            if (held.Count + create.Count < policy.Ahead.AtOnce && onNode < policy.Ahead.AtOncePerNode)
            {
                create.Add(copy);
            }
        }

        return create.ToImmutable();
    }

    private static bool Takes(AheadPolicy policy, V1Node node, IReadOnlyDictionary<string, NodeRisk> risks)
        => !policy.IsPaused && risks[node.Metadata.Name].IsHigh(policy.Ahead) && Matches(policy, node);

    private static bool Matches(AheadPolicy policy, V1Node node) => policy.Rules.Plan.Nodes.Matches(NodeMapping.ToModel(node, new List<InvalidField>()));

    /// <summary>One whose node is announced is let go, and one whose node is gone ends by itself.</summary>
    private static bool HasPassed(Migration migration, EvacuationView view, IReadOnlyCollection<AheadPolicy> policies, IReadOnlyDictionary<string, NodeRisk> risks)
        => migration.Status.SourceNode is { } name && view.Nodes.TryGetValue(name, out var node) && !Announcements.AreOn(node)
            && policies.All(p => risks[name].HasPassed(p.Ahead) || !Matches(p, node));
}
