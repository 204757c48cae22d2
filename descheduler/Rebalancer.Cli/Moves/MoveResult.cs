using Rebalancer.Cli.Output;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Cli.Moves;

/// <summary>What came of a move.</summary>
/// <param name="Pod">As it is called now: a Deployment's pod gets another name.</param>
/// <param name="FreezeMs">How long clients could notice, else how long the source was frozen.</param>
/// <param name="Bytes">Sent.</param>
/// <param name="Gone">Somebody deleted the Migration.</param>
internal sealed record MoveResult(
    string Namespace, string Migration, string Pod, string Phase, string? Reason, string? Message, string? Hint, string? SourceNode, string? TargetNode, long? FreezeMs, long? Bytes, double? Seconds, bool Gone = false)
{
    public static MoveResult Of(Migration migration)
    {
        var status = migration.Status;
        return new MoveResult(
            migration.Metadata.NamespaceProperty, migration.Metadata.Name,
            status is { Phase: Phases.Succeeded, Claim.PodName: { Length: > 0 } copy } ? copy : migration.Spec.PodName,
            status.Phase ?? Phases.Pending, status.Reason, status.Message, MoveHints.For(status.Reason), status.SourceNode, status.TargetNode,
            status.Target?.FreezeMs ?? status.Source?.FreezeMs, status.Source?.Bytes, (status.CompletedAt - status.StartedAt)?.TotalSeconds);
    }

    /// <param name="limit">For which it was followed.</param>
    public string Sentence(TimeSpan limit)
    {
        var pod = $"{Namespace}/{Pod}";
        return this switch
        {
            { Gone: true } => $"Migration {Namespace}/{Migration} was deleted; whether {pod} moved is not known.",
            { Phase: Phases.Succeeded } => $"{pod} runs on {TargetNode}{(FreezeMs is { } ms ? $"; it stood still for {Words.Milliseconds(ms)}" : "")}{(Bytes is { } bytes ? $", {Words.Bytes(bytes)} sent" : "")}{(Seconds is { } seconds ? $" in {Words.Seconds(TimeSpan.FromSeconds(seconds))}" : "")}.",
            { Phase: Phases.RolledBack } => $"{pod} goes on on {SourceNode}; the move was rolled back: {Why}",
            { Phase: Phases.Failed } => $"The move of {pod} failed: {Why}",
            _ => $"Migration {Namespace}/{Migration} is in phase {Phase} after {Words.Seconds(limit)} and goes on{(Reason is null ? "" : $" ({Reason}: {Message})")}; kubectl annotate mig -n {Namespace} {Migration} {Names.Abort}=true gives it up.",
        };
    }

    private string Why => $"{Reason ?? "no reason is given"}{(Message is { Length: > 0 } ? ": " + Message : "")}{(Hint is null ? "" : $"\nHint: {Hint}")}";
}
