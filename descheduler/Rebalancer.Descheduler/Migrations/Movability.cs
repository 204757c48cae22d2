using System.Collections.Immutable;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;

namespace Rebalancer.Descheduler.Migrations;

/// <summary>Why something is refused: a name to branch on, and the values for people.</summary>
internal sealed record Refusal(string Reason, string Message)
{
    /// <summary>The first one names the reason; the message has them all.</summary>
    public static Refusal? Join(ImmutableArray<Refusal> all)
        => all.IsEmpty ? null : new Refusal(all[0].Reason, string.Join("; ", all.Select(r => r.Message)));
}

/// <summary>Whether a pod can move live at all, as far as its object shows. What only its node can see, the source agent checks.</summary>
internal static class Movability
{
    /// <summary>Volumes whose content the replacement gets anew from the API, and those that the agents carry.</summary>
    private static readonly string[] MovableKinds = ["configMap", "secret", "downwardAPI", "projected", "emptyDir"];

    /// <param name="automatic">Nobody asked for this very move: then marks against any disruption count as well.</param>
    public static ImmutableArray<Refusal> Check(PodInfo pod, TimeSpan freezeBudget, bool automatic)
        => [.. Life(pod, automatic), .. Owner(pod), .. Shape(pod), .. Probes(pod, freezeBudget)];

    private static IEnumerable<Refusal> Life(PodInfo pod, bool automatic)
    {
        if (pod.Phase != "Running" || pod.Terminating)
        {
            yield return new Refusal(Reasons.PodNotRunning, $"pod {pod.FullName} is {(pod.Terminating ? "being deleted" : $"'{pod.Phase}'")}, only a Running pod can move");
        }

        if (pod.Shape.Migratable is "false")
        {
            yield return new Refusal(Reasons.OptedOut, $"pod {pod.FullName} has {Names.Migratable}=false");
        }
        else if (pod.Shape.Migratable is not (null or "true"))
        {
            yield return new Refusal(Reasons.OptedOut, $"pod {pod.FullName} has {Names.Migratable}='{pod.Shape.Migratable}', which is neither true nor false");
        }

        if (automatic && pod.Shape.DoNotDisrupt is { } mark)
        {
            yield return new Refusal(Reasons.OptedOut, $"pod {pod.FullName} has {mark}");
        }
    }

    private static IEnumerable<Refusal> Owner(PodInfo pod)
    {
        if (pod.Shape.Mirror)
        {
            yield return new Refusal(Reasons.StaticPod, $"pod {pod.FullName} is a static pod of node {pod.NodeName}");
        }
        else if (pod.Owner is { Kind: not "ReplicaSet" } owner)
        {
            yield return new Refusal(Reasons.OwnerUnsupported, $"pod {pod.FullName} belongs to {owner.Kind} {owner.Name}; only pods of a ReplicaSet and pods without an owner can move");
        }
    }

    private static IEnumerable<Refusal> Shape(PodInfo pod)
    {
        var shape = pod.Shape;
        if (!shape.HostNamespaces.IsEmpty)
        {
            yield return new Refusal(Reasons.HostNamespace, $"pod {pod.FullName} shares the host's {string.Join(", ", shape.HostNamespaces)} namespace");
        }

        if (shape.ShareProcessNamespace)
        {
            yield return new Refusal(Reasons.SharedProcessNamespace, $"pod {pod.FullName} has shareProcessNamespace=true");
        }

        if (!shape.EphemeralContainers.IsEmpty)
        {
            yield return new Refusal(Reasons.EphemeralContainer, $"pod {pod.FullName} has ephemeral containers {string.Join(", ", shape.EphemeralContainers)}, which its replacement would not have");
        }

        foreach (var volume in shape.Volumes.Where(v => !MovableKinds.Contains(v.Kind)))
        {
            yield return new Refusal(Reasons.VolumeUnsupported, $"pod {pod.FullName} has volume {volume.Name} of kind {volume.Kind}");
        }

        if (!shape.Devices.IsEmpty)
        {
            yield return new Refusal(Reasons.DeviceUnsupported, $"pod {pod.FullName} uses {string.Join(", ", shape.Devices)}");
        }

        if (shape.Terminal)
        {
            yield return new Refusal(Reasons.TerminalUnsupported, $"pod {pod.FullName} has stdin or tty open");
        }

        if (shape.RuntimeClass is not ("" or Names.RuntimeHandler))
        {
            yield return new Refusal(Reasons.RuntimeUnsupported, $"pod {pod.FullName} has runtimeClassName {shape.RuntimeClass}; only the default and {Names.RuntimeHandler} can move");
        }
    }

    /// <summary>kubelet's decision to kill is final, also for a container that thaws later. One failure may fall just before the freeze, hence threshold - 1.</summary>
    private static IEnumerable<Refusal> Probes(PodInfo pod, TimeSpan freezeBudget)
    {
        foreach (var probe in pod.Shape.FreezeSensitiveProbes)
        {
            var survives = TimeSpan.FromSeconds((double)probe.PeriodSeconds * (probe.FailureThreshold - 1));
            if (freezeBudget >= survives)
            {
                yield return new Refusal(
                    Reasons.ProbeTooTight,
                    $"the {probe.Kind} liveness probe of container {probe.Container} (every {probe.PeriodSeconds} s, {probe.FailureThreshold} failures) survives less than {StatusChange.Seconds(survives)}, the freeze budget is {StatusChange.Seconds(freezeBudget)}");
            }
        }
    }
}
