using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Rebalancing.Running;

/// <summary>When most of what plans do fails, plans wait: something is wrong with the cluster, not with single pods. Read off the Migrations. Pure.</summary>
public static class CircuitBreaker
{
    /// <summary>The moves of plans that ended last, and how many of them may fail.</summary>
    private const int Looked = 10;
    private const int MaxFailed = 5;

    /// <summary>After the last failure, before another plan begins.</summary>
    private static readonly TimeSpan Open = TimeSpan.FromMinutes(30);

    /// <summary>The instant at which plans may begin again; null: they may.</summary>
    public static DateTimeOffset? OpenUntil(IEnumerable<Migration> migrations, DateTimeOffset now)
    {
        var last = migrations.Where(m => m.PlanName is not null && m.Status.CompletedAt is not null && Phases.IsFinal(m.Status.Phase))
            .OrderByDescending(m => m.Status.CompletedAt).Take(Looked).ToList();
        var failed = last.Where(m => m.Status.Phase != Phases.Succeeded && m.Status.Reason != Reasons.UserAborted).ToList();
        return failed.Count >= MaxFailed && failed[0].Status.CompletedAt!.Value + Open is var until && until > now ? until : null;
    }
}
