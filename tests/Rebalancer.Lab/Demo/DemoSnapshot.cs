using Rebalancer.Kubernetes.Api;
using Rebalancer.Lab.Clients;

namespace Rebalancer.Lab.Demo;

/// <summary>Everything the demo shows at one moment.</summary>
internal sealed record DemoSnapshot
{
    /// <summary>What goes on, as a sentence.</summary>
    public required string Headline { get; init; }
    /// <summary>Until the interrupted node goes away; null before the notice.</summary>
    public double? DeadlineSeconds { get; init; }
    public IReadOnlyList<MoveRow> Moves { get; init; } = [];
    public CounterReport? Counter { get; init; }
    public EchoReport? Echo { get; init; }
}

/// <summary>One migration under way.</summary>
/// <param name="FreezeMs">Of the target once it runs, else how long the pod's clients have been waiting up to now.</param>
internal sealed record MoveRow(string Pod, string From, string To, string Phase, string Source, string Target, long Bytes, double? FreezeMs)
{
    public static MoveRow Of(Migration migration)
    {
        var status = migration.Status;
        return new MoveRow(migration.Spec.PodName, status.SourceNode ?? "", status.TargetNode ?? "", status.Phase ?? "Pending", status.Source?.State ?? "",
            status.Target?.State ?? "", status.Source?.Bytes ?? 0, status.Target?.FreezeMs ?? status.Source?.FreezeMs);
    }
}

/// <summary>Where the demo's progress goes.</summary>
internal interface IDemoView
{
    /// <summary>Shows snapshots until the work ends; rethrows its failure.</summary>
    Task ShowAsync(Func<DemoSnapshot> snapshot, Task work, CancellationToken cancel);
}
