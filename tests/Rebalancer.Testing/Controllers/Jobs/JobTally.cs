using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Controllers.Jobs;

/// <summary>A Job's pods sorted by what is to be done with them, and its counts with those that are yet to be booked in the status.</summary>
/// <param name="Active">Neither ended nor being deleted.</param>
/// <param name="NewlySucceeded">Ended, still with the tracking finalizer.</param>
/// <param name="NewlyFailed">Ended or being deleted, still with the tracking finalizer.</param>
internal sealed record JobTally(
    IReadOnlyList<StoredObject> Active, IReadOnlyList<StoredObject> NewlySucceeded, IReadOnlyList<StoredObject> NewlyFailed, long Ready, long Terminating, long Succeeded, long Failed)
{
    public static JobTally Of(StoredObject job, IReadOnlyList<StoredObject> pods)
    {
        var active = pods.Where(p => !p.IsDeleting && p.Root.Text("status", "phase") is not ("Succeeded" or "Failed")).ToList();
        var tracked = pods.Where(p => Finalizers.Has(p, JobPods.TrackingFinalizer)).ToList();
        var succeeded = tracked.Where(JobPods.HasSucceeded).ToList();
        var failed = tracked.Where(p => JobPods.HasFailed(p, job)).ToList();
        return new(
            active,
            succeeded,
            failed,
            active.Count(PodConditions.IsReady),
            pods.Count(p => p.IsDeleting && p.Root.Text("status", "phase") is not ("Succeeded" or "Failed")),
            (job.Root.Number("status", "succeeded") ?? 0) + succeeded.Count,
            (job.Root.Number("status", "failed") ?? 0) + failed.Count);
    }

    /// <summary>How many pods should run now.</summary>
    public long Wanted(StoredObject job)
    {
        var parallelism = job.Root.Number("spec", "parallelism") ?? 1;
        if (job.Root.Number("spec", "completions") is { } completions)
        {
            return Math.Clamp(completions - Succeeded, 0, parallelism);
        }

        // Without a number of completions the first success ends the Job once the running pods have ended.
        return Succeeded > 0 ? Active.Count : parallelism;
    }

    /// <param name="active">Pods that run after missing ones were made and surplus ones deleted.</param>
    public bool IsComplete(StoredObject job, long active) =>
        active == 0 && (job.Root.Number("spec", "completions") is { } completions ? Succeeded >= completions : Succeeded > 0);
}
