using k8s.Models;
using Rebalancer.Descheduler.Migrations;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Mapping;

namespace Rebalancer.Descheduler.Interruptions;

/// <summary>What a pod on an announced node can still do, whatever the time. Pure.</summary>
internal abstract record PodFate
{
    private PodFate()
    {
    }

    /// <summary>A move is under way, for whatever reason, or still brings it here.</summary>
    public sealed record Moves(Migration Migration) : PodFate;

    public sealed record CanMove(int Attempt) : PodFate;

    /// <summary>It may be tried again after a while.</summary>
    public sealed record Waits(TimeSpan Pause) : PodFate;

    /// <summary>It will not move live.</summary>
    /// <param name="Refusal">What is against it; where <paramref name="WasTried"/>, its Migration says that too.</param>
    public sealed record Stays(Refusal Refusal, bool WasTried) : PodFate;

    public static PodFate Of(V1Pod pod, IReadOnlyCollection<Migration> ofPod, DateTimeOffset? end, MoveLimits limits, DateTimeOffset now)
    {
        if (ofPod.FirstOrDefault(m => !Phases.IsFinal(m.Status.Phase)) is { } moving)
        {
            return new Moves(moving);
        }

        var next = Tries.Next(pod, ofPod, end, now);
        if (next.Attempt is not { } attempt)
        {
            return new Stays(LastFailure(ofPod), WasTried: true);
        }

        if (next.Pause > TimeSpan.Zero)
        {
            return new Waits(next.Pause);
        }

        var refusals = MovabilityRefusals.Check(PodMapping.ToModel(pod, []), TimeSpan.FromSeconds(limits.DefaultFreezeBudgetSeconds), automatic: true);
        return Refusal.Join(refusals) is { } refusal ? new Stays(refusal, WasTried: false) : new CanMove(attempt);
    }

    /// <summary>A pod that is not running yet is looked at again when it is.</summary>
    public static bool Concerns(V1Pod pod)
        => pod.Status?.Phase == "Running"
            && pod.Metadata.DeletionTimestamp is null
            && pod.Metadata.OwnerReferences?.Any(r => r.Kind is "DaemonSet" or "Node") != true
            && PodMapping.Annotation(pod, "kubernetes.io/config.mirror") is null;

    private static Refusal LastFailure(IReadOnlyCollection<Migration> ofPod)
    {
        var last = ofPod.Where(m => m.Metadata.Name.StartsWith(Tries.Prefix, StringComparison.Ordinal)).MaxBy(m => m.Status.CompletedAt);
        return new Refusal(last?.Status.Reason ?? Reasons.PhaseTimeout, $"Migration {last?.Metadata.Name} ended as {last?.Status.Phase}: {last?.Status.Message}");
    }
}
