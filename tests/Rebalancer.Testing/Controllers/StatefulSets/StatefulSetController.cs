using System.Text.Json.Nodes;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Operations;
using Rebalancer.Testing.Resources;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Controllers.StatefulSets;

/// <summary>Keeps the pods of each StatefulSet, one a name: a name is given again only when the pod that had it is gone.</summary>
internal sealed class StatefulSetController(ControllerContext context, ILogger logger) : WorkloadController(context, logger, Known.StatefulSets)
{
    protected override string Name => "statefulset-controller";

    protected override bool IsMember(StoredObject workload, StoredObject pod) => StatefulPods.OrdinalOf(workload, pod) is not null;

    protected override async Task ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (Store.Find(Known.StatefulSets, key) is not { } set)
        {
            return;
        }

        var (current, newest) = await RevisionsAsync(set, cancellationToken);
        var claimed = await ClaimAsync(set, cancellationToken);
        try
        {
            foreach (var action in set.IsDeleting ? [] : SetStep.Next(set, SetPods.Of(set, claimed), newest.Name))
            {
                await DoAsync(set, action, current, newest, cancellationToken);
            }
        }
        finally
        {
            // A name may be taken by a pod that is not the set's: the status tells of that, too.
            await ReportAsync(set, current, newest, cancellationToken);
        }
    }

    private async Task DoAsync(StoredObject set, SetStep.Action action, SetRevision current, SetRevision newest, CancellationToken cancellationToken)
    {
        if (action.Create is { } ordinal)
        {
            await CreateClaimsAsync(set, ordinal, cancellationToken);
            var revision = IsHeldBack(set, ordinal) ? current : newest;
            await CreateAsync(Known.Pods, set.Key.Namespace, StatefulPods.Instantiate(set, revision, ordinal), cancellationToken);
        }
        else if (action.Delete is { } surplus)
        {
            await DeleteAsync(new(Known.Pods, surplus.Key), new DeleteOptions { Uid = surplus.Uid }, cancellationToken);
        }
        else if (action.Name is { } pod)
        {
            await ChangeAsync(new(Known.Pods, pod.Key), o => StatefulPods.SetIdentity(o, pod.Key.Name, StatefulPods.OrdinalOf(set, pod)!.Value), cancellationToken);
        }
    }

    /// <summary>Whether the rollout's partition keeps the ordinal at the old revision.</summary>
    private static bool IsHeldBack(StoredObject set, int ordinal) => set.Root.Number("spec", "updateStrategy", "rollingUpdate", "partition") is { } partition
        && ordinal < partition + (set.Root.Number("spec", "ordinals", "start") ?? 0);

    private async Task CreateClaimsAsync(StoredObject set, int ordinal, CancellationToken cancellationToken)
    {
        foreach (var claim in StatefulPods.Claims(set, ordinal).Where(c => Store.Find(Known.VolumeClaims, new(set.Key.Namespace, c.Text("metadata", "name")!)) is null))
        {
            await CreateAsync(Known.VolumeClaims, set.Key.Namespace, claim, cancellationToken);
        }
    }

    /// <summary>The revision that the set's pods had until now, and that of its template, which is stored when it is new.</summary>
    private async Task<(SetRevision Current, SetRevision Newest)> RevisionsAsync(StoredObject set, CancellationToken cancellationToken)
    {
        var stored = Store.List(Known.ControllerRevisions).Objects.Values
            .Where(r => r.Key.Namespace == set.Key.Namespace && IsOwned(r, set))
            .Select(SetRevision.Of).OrderBy(r => r.Number).ToList();
        var next = (stored.LastOrDefault()?.Number ?? 0) + 1;
        var newest = SetRevision.OfTemplate(set, next);
        if (stored.LastOrDefault()?.Name == newest.Name)
        {
            newest = stored[^1];
        }
        else if (stored.Any(r => r.Name == newest.Name))
        {
            await ChangeAsync(new(Known.ControllerRevisions, new(set.Key.Namespace, newest.Name)), o => o["revision"] = next, cancellationToken);
        }
        else
        {
            await CreateAsync(Known.ControllerRevisions, set.Key.Namespace, newest.ToObject(set), cancellationToken);
        }

        var current = set.Root.Text("status", "currentRevision");
        return (stored.Find(r => r.Name == current) ?? newest, newest);
    }

    private Task ReportAsync(StoredObject set, SetRevision current, SetRevision newest, CancellationToken cancellationToken)
    {
        var pods = Store.List(Known.Pods).Objects.Values.Where(p => p.Key.Namespace == set.Key.Namespace && IsOwned(p, set)).ToList();
        var ready = pods.Count(SetPods.IsReady);
        var updated = Count(newest);
        var wanted = set.Root.Number("spec", "replicas") ?? 1;
        var isRolledOut = set.Root.Text("spec", "updateStrategy", "type") == "RollingUpdate" && updated == wanted && ready == wanted && pods.Count == wanted;
        return ChangeAsync(
            new(Known.StatefulSets, set.Key),
            o =>
            {
                var status = o.Child("status");
                status["observedGeneration"] = set.Root.Number("metadata", "generation") ?? 1;
                status["replicas"] = pods.Count;
                status["availableReplicas"] = pods.Count(PodConditions.IsReady);
                status["collisionCount"] = 0;
                StatusFields.SetCount(status, "readyReplicas", ready);
                StatusFields.SetCount(status, "updatedReplicas", updated);
                StatusFields.SetCount(status, "currentReplicas", isRolledOut ? updated : Count(current));
                status["currentRevision"] = isRolledOut ? newest.Name : current.Name;
                status["updateRevision"] = newest.Name;
            },
            cancellationToken,
            "status");

        int Count(SetRevision revision) => pods.Count(p => !p.IsDeleting && StatefulPods.RevisionOf(p) == revision.Name);
    }
}
