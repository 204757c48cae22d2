using System.Collections.Immutable;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;
using Rebalancer.Policy.Constraints;

namespace Rebalancer.Descheduler.Migrations;

/// <summary>Why something is refused: a name to branch on, and the values for people.</summary>
internal sealed record Refusal(string Reason, string Message)
{
    /// <summary>The first one names the reason; the message has them all.</summary>
    public static Refusal? Join(ImmutableArray<Refusal> all)
        => all.IsEmpty ? null : new Refusal(all[0].Reason, string.Join("; ", all.Select(r => r.Message)));
}

/// <summary>The policy's verdict on a pod, with the reasons that a Migration's status names.</summary>
internal static class MovabilityRefusals
{
    public static ImmutableArray<Refusal> Check(PodInfo pod, TimeSpan freezeBudget, bool automatic)
        => [.. Movability.Check(pod, freezeBudget, automatic).Select(Of)];

    /// <summary>The same, and whether its volumes can follow it. Only for a pod with claims is it asked what there is, which may take a look at the whole cluster.</summary>
    public static ImmutableArray<Refusal> Check(PodInfo pod, Func<StorageInfo> storage, Func<NodeInfo?> node, TimeSpan freezeBudget, bool automatic)
        => Check(pod, freezeBudget, automatic) is { IsEmpty: false } refusals ? refusals : pod.Claims.IsEmpty ? [] : [.. Reattachment.Check(pod, storage(), node()).Select(Of)];

    private static Refusal Of(Immovable against) => new(ReasonOf(against.Kind), against.Message);

    private static string ReasonOf(ImmovableKind kind) => kind switch
    {
        ImmovableKind.PodNotRunning => Reasons.PodNotRunning,
        ImmovableKind.OptedOut => Reasons.OptedOut,
        ImmovableKind.StaticPod => Reasons.StaticPod,
        ImmovableKind.OwnerUnsupported => Reasons.OwnerUnsupported,
        ImmovableKind.HostNamespace => Reasons.HostNamespace,
        ImmovableKind.SharedProcessNamespace => Reasons.SharedProcessNamespace,
        ImmovableKind.EphemeralContainer => Reasons.EphemeralContainer,
        ImmovableKind.VolumeUnsupported => Reasons.VolumeUnsupported,
        ImmovableKind.DeviceUnsupported => Reasons.DeviceUnsupported,
        ImmovableKind.TerminalUnsupported => Reasons.TerminalUnsupported,
        ImmovableKind.RuntimeUnsupported => Reasons.RuntimeUnsupported,
        ImmovableKind.ProbeTooTight => Reasons.ProbeTooTight,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "a kind without a reason"),
    };
}
