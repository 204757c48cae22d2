using System.Text.Json.Nodes;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Resources;
using Rebalancer.Testing.Selectors;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Controllers;

/// <summary>
/// A controller whose objects own pods by a selector. After PodControllerRefManager of Kubernetes 1.36: orphans that match are adopted,
/// owned pods that ceased to match are released.
/// </summary>
internal abstract class WorkloadController(ControllerContext context, ILogger logger, ResourceDescriptor workloads) : Controller<ObjectKey>(context, logger)
{
    /// <summary>Set on a pod together with its owner and removed together with it; null: none.</summary>
    protected virtual string? Finalizer => null;

    /// <summary>Whether the controller looks at the pod at all.</summary>
    protected virtual bool Considers(StoredObject pod) => true;

    /// <summary>What a pod must fulfil beside the selector.</summary>
    protected virtual bool IsMember(StoredObject workload, StoredObject pod) => true;

    protected override IEnumerable<ObjectKey> Affected(WatchEvent change)
    {
        if (change.Resource == workloads)
        {
            return [change.Object.Key];
        }

        if (change.Resource != Known.Pods)
        {
            return [];
        }

        return Store.List(workloads).Objects.Values
            .Where(w => w.Key.Namespace == change.Object.Key.Namespace)
            .Where(w => new[] { change.Object, change.Previous }.Any(pod => pod is not null && (IsOwned(pod, w) || (OwnerOf(pod) is null && SelectorOf(w).Matches(pod.Root)))))
            .Select(w => w.Key);
    }

    /// <summary>The pods of a workload: those it owns and those it adopts.</summary>
    protected async Task<List<StoredObject>> ClaimAsync(StoredObject workload, CancellationToken cancellationToken)
    {
        var selector = SelectorOf(workload);
        var claimed = new List<StoredObject>();
        foreach (var pod in Store.List(Known.Pods).Objects.Values.Where(p => p.Key.Namespace == workload.Key.Namespace && Considers(p)))
        {
            var matches = selector.Matches(pod.Root) && IsMember(workload, pod);
            if (matches && IsOwned(pod, workload))
            {
                claimed.Add(pod);
            }
            else if (IsOwned(pod, workload) && !workload.IsDeleting)
            {
                await ChangeAsync(new(Known.Pods, pod.Key), o => Release(o, workload), cancellationToken);
            }
            else if (matches && OwnerOf(pod) is null && !pod.IsDeleting && !workload.IsDeleting)
            {
                await ChangeAsync(new(Known.Pods, pod.Key), o => Adopt(o, workload), cancellationToken);
                claimed.Add(Store.Find(Known.Pods, pod.Key) ?? pod);
            }
        }

        return claimed;
    }

    protected static bool IsActive(StoredObject pod) => !pod.IsDeleting && !HasEnded(pod);

    protected static bool IsTerminating(StoredObject pod) => pod.IsDeleting && !HasEnded(pod);

    protected static bool HasEnded(StoredObject pod) => pod.Root.Text("status", "phase") is "Succeeded" or "Failed";

    protected static bool IsOwned(StoredObject pod, StoredObject workload) => OwnerOf(pod) == workload.Uid;

    private static string? OwnerOf(StoredObject pod) =>
        pod.Root.Items("metadata", "ownerReferences").Where(r => r.Flag("controller")).Select(r => r.Text("uid")).FirstOrDefault();

    private static LabelSelector SelectorOf(StoredObject workload) => LabelSelector.Of(workload.Root.At("spec", "selector"));

    private void Release(JsonObject pod, StoredObject workload)
    {
        pod.Metadata().List("ownerReferences").RemoveAll(r => r.Text("uid") == workload.Uid);
        if (Finalizer is { } finalizer)
        {
            Finalizers.Remove(pod, finalizer);
        }
    }

    private void Adopt(JsonObject pod, StoredObject workload)
    {
        pod.Metadata().List("ownerReferences").Add(PodTemplates.ReferenceTo(workload, workloads));
        if (Finalizer is { } finalizer)
        {
            Finalizers.Add(pod, finalizer);
        }
    }
}
