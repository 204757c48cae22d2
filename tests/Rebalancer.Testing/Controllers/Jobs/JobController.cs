using System.Text.Json.Nodes;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Operations;
using Rebalancer.Testing.Resources;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Controllers.Jobs;

/// <summary>
/// Runs the pods of each Job and counts their ends, after the job controller of Kubernetes 1.36: a pod that ended is written down in the status,
/// loses its finalizer, and only then is counted.
/// </summary>
internal sealed class JobController(ControllerContext context, ILogger logger) : WorkloadController(context, logger, Known.Jobs)
{
    private const int MaxPodsPerRound = 500;
    private readonly Dictionary<ObjectKey, JobBackOff> _backOffs = [];

    protected override string Name => "job-controller";

    protected override string Finalizer => JobPods.TrackingFinalizer;

    protected override async Task ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (Store.Find(Known.Jobs, key) is not { } job || JobEnd.IsFinished(job))
        {
            _backOffs.Remove(key);
            return;
        }

        var now = Time.GetUtcNow();
        var tally = JobTally.Of(job, await ClaimAsync(job, cancellationToken));
        var backOff = _backOffs.GetValueOrDefault(key, JobBackOff.None)
            .After([.. tally.NewlySucceeded.Select(JobPods.FinishedAt)], [.. tally.NewlyFailed.Select(JobPods.FinishedAt)]);
        var end = JobEnd.Of(job, tally, now);
        var active = 0L;
        if (end is not null)
        {
            await DeleteAsync(tally.Active, cancellationToken);
        }
        else if (!job.IsDeleting)
        {
            active = await ScaleAsync(job, tally, backOff.Remaining(now), cancellationToken);
            end = tally.IsComplete(job, active) ? JobEnd.Completed : null;
        }

        await BookAsync(job, active, end, cancellationToken);
        _backOffs[key] = backOff;
        if (JobEnd.TimeLeft(job, now) is { } left && left > TimeSpan.Zero)
        {
            Revisit(key, left);
        }
    }

    /// <summary>Makes missing pods or deletes surplus ones.</summary>
    /// <returns>How many run then. While a failure is waited out the real controller reports none, whatever else runs.</returns>
    private async Task<long> ScaleAsync(StoredObject job, JobTally tally, TimeSpan backOff, CancellationToken cancellationToken)
    {
        var surplus = DeletionRanking.OrderWithoutRanks(tally.Active).Take((int)Math.Max(0, tally.Active.Count - tally.Wanted(job))).ToList();
        if (surplus.Count > 0)
        {
            await UntrackAsync(surplus, cancellationToken);
            await DeleteAsync(surplus, cancellationToken);
            return tally.Active.Count - surplus.Count;
        }

        var missing = Math.Min(tally.Wanted(job) - tally.Active.Count, MaxPodsPerRound);
        if (missing > 0 && backOff > TimeSpan.Zero)
        {
            Revisit(job.Key, backOff);
            return 0;
        }

        for (var i = 0; i < missing; i++)
        {
            var pod = PodTemplates.Instantiate(job, Known.Jobs);
            Finalizers.Add(pod, JobPods.TrackingFinalizer);
            await CreateAsync(Known.Pods, job.Key.Namespace, pod, cancellationToken);
        }

        return tally.Active.Count + missing;
    }

    private async Task BookAsync(StoredObject job, long active, JobEnd? end, CancellationToken cancellationToken)
    {
        var pods = Store.List(Known.Pods).Objects.Values.Where(p => p.Key.Namespace == job.Key.Namespace && IsOwned(p, job)).ToList();
        var tally = JobTally.Of(job, pods);
        var tracked = pods.Where(p => Finalizers.Has(p, JobPods.TrackingFinalizer));
        var ended = tracked.Where(p => job.IsDeleting || end is not null || JobPods.HasSucceeded(p) || JobPods.HasFailed(p, job)).ToList();
        var succeeded = ended.Where(JobPods.HasSucceeded).ToList();
        var failed = ended.Except(succeeded).Where(p => JobPods.HasFailed(p, job) || end is { IsSuccess: false }).ToList();
        await ReportAsync(
            job,
            status =>
            {
                status.Default("startTime", Timestamps.Seconds(Time.GetUtcNow()));
                StatusFields.SetCount(status, "active", active);
                status["ready"] = tally.Ready;
                status["terminating"] = tally.Terminating;
                status["uncountedTerminatedPods"] = Uncounted(succeeded, failed);
                end?.Announce(status, Time.GetUtcNow());
            },
            cancellationToken);
        await UntrackAsync(ended, cancellationToken);
        await ReportAsync(
            job,
            status =>
            {
                status["uncountedTerminatedPods"] = new JsonObject();
                StatusFields.SetCount(status, "succeeded", (status.Number("succeeded") ?? 0) + succeeded.Count);
                StatusFields.SetCount(status, "failed", (status.Number("failed") ?? 0) + failed.Count);
                if (tally.Terminating == 0)
                {
                    end?.Conclude(status, Time.GetUtcNow());
                }
            },
            cancellationToken);
    }

    private static JsonObject Uncounted(List<StoredObject> succeeded, List<StoredObject> failed)
    {
        var uncounted = new JsonObject();
        foreach (var (field, pods) in new[] { ("succeeded", succeeded), ("failed", failed) })
        {
            if (pods.Count > 0)
            {
                uncounted[field] = new JsonArray([.. pods.Select(p => (JsonNode)p.Uid)]);
            }
        }

        return uncounted;
    }

    private Task ReportAsync(StoredObject job, Action<JsonObject> change, CancellationToken cancellationToken) =>
        ChangeAsync(new(Known.Jobs, job.Key), o => change(o.Child("status")), cancellationToken, "status");

    private async Task UntrackAsync(IEnumerable<StoredObject> pods, CancellationToken cancellationToken)
    {
        foreach (var pod in pods)
        {
            await ChangeAsync(new(Known.Pods, pod.Key), o => Finalizers.Remove(o, JobPods.TrackingFinalizer), cancellationToken);
        }
    }

    private async Task DeleteAsync(IEnumerable<StoredObject> pods, CancellationToken cancellationToken)
    {
        foreach (var pod in pods)
        {
            await DeleteAsync(new(Known.Pods, pod.Key), new DeleteOptions { Uid = pod.Uid }, cancellationToken);
        }
    }
}
