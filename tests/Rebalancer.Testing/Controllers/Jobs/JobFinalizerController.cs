using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Resources;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Controllers.Jobs;

/// <summary>Frees pods that no unfinished Job will count any more: without an owner, or of a Job that is finished or gone.</summary>
internal sealed class JobFinalizerController(ControllerContext context, ILogger logger) : Controller<ObjectKey>(context, logger)
{
    protected override string Name => "job-controller";

    protected override IEnumerable<ObjectKey> Affected(WatchEvent change)
    {
        if (change.Resource == Known.Pods)
        {
            return change.Kind == ChangeKind.Deleted ? [] : [change.Object.Key];
        }

        return change.Resource == Known.Jobs && (change.Kind == ChangeKind.Deleted || JobEnd.IsFinished(change.Object))
            ? Store.List(Known.Pods).Objects.Values.Where(p => p.Key.Namespace == change.Object.Key.Namespace).Select(p => p.Key)
            : [];
    }

    protected override async Task ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (Store.Find(Known.Pods, key) is { } pod && Finalizers.Has(pod, JobPods.TrackingFinalizer) && !IsTracked(pod))
        {
            await ChangeAsync(new(Known.Pods, key), o => Finalizers.Remove(o, JobPods.TrackingFinalizer), cancellationToken);
        }
    }

    private bool IsTracked(StoredObject pod)
    {
        foreach (var owner in pod.Root.Items("metadata", "ownerReferences").Where(r => r.Flag("controller")))
        {
            return owner.Text("kind") != Known.Jobs.Kind
                || (Store.Find(Known.Jobs, new(pod.Key.Namespace, owner.Text("name") ?? "")) is { } job && job.Uid == owner.Text("uid") && !JobEnd.IsFinished(job));
        }

        return false;
    }
}
