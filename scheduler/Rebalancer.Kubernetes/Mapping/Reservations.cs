using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;

namespace Rebalancer.Kubernetes.Mapping;

/// <summary>Room that running moves will take on nodes that do not list their pods yet.</summary>
public static class Reservations
{
    /// <summary>A replacement that is on its node already counts as a pod there, no longer as a reservation.</summary>
    /// <param name="find">The pod of a namespace, name and UID; null where there is none. The name is null where only the UID is known.</param>
    public static IEnumerable<Reservation> Of(IEnumerable<Migration> migrations, Func<string, string?, string, PodInfo?> find)
    {
        foreach (var migration in migrations.Where(m => !Phases.IsFinal(m.Status.Phase) && m.Status is { TargetNode.Length: > 0, PodUID.Length: > 0 }))
        {
            var ns = migration.Metadata.NamespaceProperty ?? "";
            var arrived = migration.Status.Claim is { PodUID: { } bound } claim && find(ns, claim.PodName, bound) is { NodeName.Length: > 0 };
            if (!arrived && find(ns, migration.Spec.PodName, migration.Status.PodUID!) is { } pod)
            {
                yield return new Reservation(migration.Status.TargetNode!, pod);
            }
        }
    }
}
