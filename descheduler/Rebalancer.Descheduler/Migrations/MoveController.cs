using k8s.Models;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rebalancer.Descheduler.Cluster;
using Rebalancer.Descheduler.Leases;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Kubernetes.Queues;

namespace Rebalancer.Descheduler.Migrations;

/// <summary>
/// Changes mark moves, one loop works them off. One loop, and every write of ours seen at once, is what makes the slots of MoveSlots hold.
/// </summary>
internal sealed class MoveController : BackgroundService
{
    /// <summary>A move that still has something to do after so many steps is looked at again later, so that the others get their turn.</summary>
    private const int MaxStepsAtOnce = 20;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(500);

    /// <summary>The watch brings the newer version within milliseconds. Doubled with every failure in a row, up to the longest.</summary>
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(5);

    private readonly ClusterCache cache;
    private readonly MoveObserver observer;
    private readonly MoveExecutor executor;
    private readonly Leadership leadership;
    private readonly LeaderLoop loop;
    private readonly ILogger<MoveController> logger;
    private readonly WorkQueue<MoveKey> queue;
    private readonly Dictionary<MoveKey, int> failures = [];

    public MoveController(ClusterCache cache, MoveObserver observer, MoveExecutor executor, Leadership leadership, LeaderLoop loop, TimeProvider clock, ILogger<MoveController> logger)
    {
        (this.cache, this.observer, this.executor, this.leadership, this.loop, this.logger) = (cache, observer, executor, leadership, loop, logger);
        queue = new WorkQueue<MoveKey>(clock);
        cache.Migrations.OnChange(c => MarkAll(m => m.Metadata.Uid == c.Latest.Metadata.Uid || FreedSlots(c.Before, c.After) || GivesWay(m, c.Latest) || BandwidthShare.IsDividedAnew(c.Before, c.After)));
        cache.Pods.OnChange(c => MarkAll(m => Concerns(m, c.Latest)));
        cache.Pods.OnChange(c => MarkEnded(c.Latest));
        cache.ReplicaSets.OnChange(c => MarkOwned(c.Latest.Metadata));
        cache.StatefulSets.OnChange(c => MarkOwned(c.Latest.Metadata));
        cache.Jobs.OnChange(c => MarkOwned(c.Latest.Metadata));
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => loop.RunAsync(queue, Begin, WorkAsync, stoppingToken);

    private void Begin()
    {
        leadership.RaiseTo(cache.Migrations.List().Max(m => m.Status.LeaderEpoch) ?? 0);
        // Those that have ended, too: they are to be deleted some day, and no change tells of that.
        foreach (var migration in cache.Migrations.List())
        {
            queue.Mark(new MoveKey(migration.Metadata.NamespaceProperty, migration.Metadata.Name));
        }
    }

    private void MarkAll(Func<Migration, bool> concerned)
    {
        foreach (var migration in cache.Migrations.List().Where(m => IsOpen(m) && concerned(m)))
        {
            queue.Mark(new MoveKey(migration.Metadata.NamespaceProperty, migration.Metadata.Name));
        }
    }

    /// <summary>A move that failed may have a replacement that comes too late, whenever that is.</summary>
    private void MarkEnded(V1Pod pod)
    {
        if (PodMapping.Annotation(pod, Names.MigrationAnnotation) is { } name && cache.Migrations.Get(pod.Metadata.NamespaceProperty, name) is { Status: { Decision: Decision.Aborted } or { Phase: Phases.Failed } })
        {
            queue.Mark(new MoveKey(pod.Metadata.NamespaceProperty, name));
        }
    }

    private void MarkOwned(V1ObjectMeta owner) => MarkAll(m => m.Status.Owner?.Uid == owner.Uid);

    private static bool IsOpen(Migration m)
        => !Phases.IsFinal(m.Status.Phase) || m.Metadata.Finalizers?.Contains(Names.MigrationFinalizer) == true;

    private static bool FreedSlots(Migration? before, Migration? after)
        => before is not null && MoveSlots.Holds(before) && (after is null || !MoveSlots.Holds(after));

    private static bool GivesWay(Migration held, Migration other)
        => held.IsHeld && held.Spec.PodName == other.Spec.PodName && held.Metadata.NamespaceProperty == other.Metadata.NamespaceProperty;

    private static bool Concerns(Migration migration, V1Pod pod)
        => pod.Metadata.NamespaceProperty == migration.Metadata.NamespaceProperty
            && (pod.Metadata.Name == migration.Spec.PodName
                || pod.Metadata.Uid == migration.Status.PodUID
                || pod.Metadata.Uid == migration.Status.Claim?.PodUID
                || PodMapping.Annotation(pod, Names.MigrationAnnotation) == migration.Metadata.Name);

    private async Task<TimeSpan?> WorkAsync(MoveKey key, CancellationToken cancellation)
    {
        try
        {
            var next = await StepAsync(key, cancellation);
            failures.Remove(key);
            return next;
        }
        catch (ApiException e) when (e.IsConflict || e.IsNotFound)
        {
            MoveLog.Stale(logger, key.Namespace, key.Name, e.Message);
            return BackOff(key);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            // One move that cannot go on, whatever the cause, must not stop the others.
            MoveLog.Failed(logger, e, key.Namespace, key.Name);
            return BackOff(key);
        }
    }

    private TimeSpan BackOff(MoveKey key)
    {
        var count = failures[key] = failures.GetValueOrDefault(key) + 1;
        return TimeSpan.FromMilliseconds(Math.Min(FirstRetry.TotalMilliseconds * Math.Pow(2, Math.Min(count - 1, 16)), LongestRetry.TotalMilliseconds));
    }

    private async Task<TimeSpan?> StepAsync(MoveKey key, CancellationToken cancellation)
    {
        for (var step = 0; step < MaxStepsAtOnce; step++)
        {
            if (observer.Observe(key.Namespace, key.Name) is not { } observation)
            {
                return null;
            }

            var next = MoveMachine.Next(observation);
            await PerformAsync(observation, next, cancellation);
            if (next.Actions.IsEmpty || next.LookAgainAfter is not null)
            {
                return next.LookAgainAfter;
            }
        }

        return RetryAfter;
    }

    private async Task PerformAsync(Observation observation, MoveStep step, CancellationToken cancellation)
    {
        foreach (var action in step.Actions)
        {
            MoveLog.Doing(logger, observation.FullName, observation.Phase, action.GetType().Name);
            try
            {
                await executor.DoAsync(observation, action, cancellation);
            }
            catch (MoveRefusedException e)
            {
                await PerformAsync(observation, MoveMachine.Abort(observation, e.Refusal.Reason, e.Refusal.Message), cancellation);
                return;
            }
        }
    }
}

/// <summary>Namespace and name of a Migration.</summary>
internal readonly record struct MoveKey(string Namespace, string Name);
