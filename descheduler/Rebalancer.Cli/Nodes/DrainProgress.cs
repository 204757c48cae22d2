using System.Collections.Immutable;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Mapping;

namespace Rebalancer.Cli.Nodes;

/// <summary>What is left on a node that is to be empty. Pure.</summary>
/// <param name="Moving">Pods that are on their way, or wait for it.</param>
/// <param name="Staying">Pods that will not move live, each with its reason: evicting them is up to whoever drains.</param>
internal sealed record DrainProgress(ImmutableArray<string> Moving, ImmutableArray<string> Staying)
{
    /// <summary>A move that failed is tried again within this time, if it is at all.</summary>
    private static readonly TimeSpan TriedAgain = TimeSpan.FromSeconds(30);

    public bool IsEmpty => Moving.IsEmpty && Staying.IsEmpty;

    public bool IsStuck => Moving.IsEmpty && !Staying.IsEmpty;

    public static DrainProgress Of(IEnumerable<V1Pod> podsOfNode, IReadOnlyCollection<Migration> migrations, DateTimeOffset now)
    {
        var moving = ImmutableArray.CreateBuilder<string>();
        var staying = ImmutableArray.CreateBuilder<string>();
        foreach (var pod in podsOfNode.Where(Counts).OrderBy(FullName, StringComparer.Ordinal))
        {
            if (WhyStays(pod, migrations, now) is { } why)
            {
                staying.Add($"{FullName(pod)}: {why}");
            }
            else
            {
                moving.Add(FullName(pod));
            }
        }

        return new DrainProgress(moving.ToImmutable(), staying.ToImmutable());
    }

    /// <summary>Daemons and static pods belong to the node, and what has ended to nobody.</summary>
    private static bool Counts(V1Pod pod)
        => pod.Status?.Phase is not ("Succeeded" or "Failed")
            && pod.Metadata.OwnerReferences?.Any(r => r.Kind is "DaemonSet" or "Node") != true
            && PodMapping.Annotation(pod, "kubernetes.io/config.mirror") is null;

    private static string? WhyStays(V1Pod pod, IReadOnlyCollection<Migration> migrations, DateTimeOffset now)
    {
        var own = migrations.Where(m => m.Metadata.NamespaceProperty == pod.Metadata.NamespaceProperty && (m.Spec.PodUID == pod.Metadata.Uid || m.Status.PodUID == pod.Metadata.Uid)).ToList();
        if (pod.Metadata.DeletionTimestamp is not null || own.Any(m => !Phases.IsFinal(m.Status.Phase)))
        {
            return null;
        }

        if (own.MaxBy(m => m.Status.CompletedAt) is { Status: { Phase: Phases.Failed or Phases.RolledBack, CompletedAt: { } ended } status } last && now - ended >= TriedAgain)
        {
            return $"Migration {last.Metadata.Name} ended as {status.Phase}: {status.Reason}: {status.Message}";
        }

        return pod.Status?.Conditions?.FirstOrDefault(c => c is { Type: Names.LiveMigratable, Status: "False" }) is { } condition ? $"{condition.Reason}: {condition.Message}" : null;
    }

    private static string FullName(V1Pod pod) => $"{pod.Metadata.NamespaceProperty}/{pod.Metadata.Name}";
}
