using System.Collections.Immutable;
using k8s.Models;
using Rebalancer.Descheduler.Migrations;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Model;
using Rebalancer.Planning;

namespace Rebalancer.Descheduler.Interruptions.Ahead;

/// <summary>Where copies ahead of a notice go: never to a node of high risk itself, which would be taken with the pod's. Pure.</summary>
internal static class AheadTargets
{
    /// <returns>A Migration for each that finds a node; for the others there is nothing to hold.</returns>
    public static ImmutableArray<Migration> Choose(ImmutableArray<AheadCopy> copies, ClusterSnapshot snapshot, IEnumerable<Migration> migrations, IReadOnlyDictionary<string, NodeRisk> risks)
    {
        var held = Hold.Open(migrations).SelectMany(m => new[] { m.Status.SourceNode, m.Status.TargetNode ?? m.Spec.TargetNode }).OfType<string>().CountBy(node => node).ToDictionary();
        var made = ImmutableArray.CreateBuilder<Migration>();
        foreach (var copy in copies)
        {
            var (pod, ahead) = (PodMapping.ToModel(copy.Pod, []), copy.Rules.Ahead!);
            var chooser = new TargetChooser(copy.Rules.Plan.Pricing);
            if (chooser.Choose(snapshot, pod, IsAvoided).Node is not { } target)
            {
                continue;
            }

            snapshot = snapshot with { Reservations = snapshot.Reservations.Add(new Reservation(target, pod)) };
            held[target] = held.GetValueOrDefault(target) + 1;
            made.Add(ToMigration(copy, target));

            bool IsAvoided(NodeInfo node)
                => !risks.TryGetValue(node.Name, out var risk) || risk.IsHigh(ahead) || copy.Rules.Plan.IsTooRisky(risk.HazardPerHour) || held.GetValueOrDefault(node.Name) >= ahead.AtOncePerNode;
        }

        return made.ToImmutable();
    }

    /// <summary>PreCopy and never PostCopy, since the pod's node may go at any time; no deadline, since none is known.</summary>
    private static Migration ToMigration(AheadCopy copy, string target) => new()
    {
        Metadata = new V1ObjectMeta { Name = copy.Name, NamespaceProperty = copy.Pod.Metadata.NamespaceProperty },
        Spec = new MigrationSpec
        {
            PodName = copy.Pod.Metadata.Name,
            PodUID = copy.Pod.Metadata.Uid,
            TargetNode = target,
            Cutover = Cutovers.OnNotice,
            Strategy = Strategies.PreCopy,
            Reason = MoveReasons.Interruption,
            Priority = copy.Pod.Spec.Priority ?? 0,
        },
    };
}
