using System.Collections.Immutable;
using System.Globalization;
using Rebalancer.Model;

namespace Rebalancer.Policy.Constraints;

/// <summary>What stands against moving a pod at all, whatever the target.</summary>
public enum ImmovableKind
{
    PodNotRunning,
    OptedOut,
    StaticPod,
    OwnerUnsupported,
    HostNamespace,
    SharedProcessNamespace,
    EphemeralContainer,
    VolumeUnsupported,
    DeviceUnsupported,
    TerminalUnsupported,
    RuntimeUnsupported,
    ProbeTooTight,
}

/// <summary>A reason to branch on, and the values for people.</summary>
public sealed record Immovable(ImmovableKind Kind, string Message);

/// <summary>Whether a pod can move live at all, as far as its object shows. What only its node can see, the source agent checks.</summary>
public static class Movability
{
    /// <summary>Volumes whose content the replacement gets anew from the API, and those that the agents carry.</summary>
    private static readonly string[] MovableKinds = ["configMap", "secret", "downwardAPI", "projected", "emptyDir"];

    private const string Claim = "persistentVolumeClaim";
    private const string Migratable = "rebalancer.dev/migratable";
    private const string Reattach = "rebalancer.dev/reattach";
    private const string RuntimeHandler = "rebalancer";

    /// <param name="automatic">Nobody asked for this very move: then marks against any disruption count as well.</param>
    public static ImmutableArray<Immovable> Check(PodInfo pod, TimeSpan freezeBudget, bool automatic)
        => IsUsual(pod) ? [] : [.. Life(pod, automatic), .. Owner(pod), .. Shape(pod), .. Probes(pod, freezeBudget)];

    /// <summary>Nothing that any of the rules below asks about: so are most pods of a large cluster, and the rules need not be gone through.</summary>
    private static bool IsUsual(PodInfo pod)
    {
        var shape = pod.Shape;
        return pod is { Phase: "Running", Terminating: false, Owner: null or { Kind: "ReplicaSet" or "StatefulSet" or "Job" } }
            && shape is { Mirror: false, Migratable: null, DoNotDisrupt: null, ShareProcessNamespace: false, Terminal: false, RuntimeClass: "" or RuntimeHandler }
            && shape.HostNamespaces.IsEmpty && shape.EphemeralContainers.IsEmpty && shape.Volumes.IsEmpty && shape.Devices.IsEmpty && shape.FreezeSensitiveProbes.IsEmpty;
    }

    private static IEnumerable<Immovable> Life(PodInfo pod, bool automatic)
    {
        if (pod.Phase != "Running" || pod.Terminating)
        {
            yield return new Immovable(ImmovableKind.PodNotRunning, $"pod {pod.FullName} is {(pod.Terminating ? "being deleted" : $"'{pod.Phase}'")}, only a Running pod can move");
        }

        if (pod.Shape.Migratable is "false")
        {
            yield return new Immovable(ImmovableKind.OptedOut, $"pod {pod.FullName} has {Migratable}=false");
        }
        else if (pod.Shape.Migratable is not (null or "true"))
        {
            yield return new Immovable(ImmovableKind.OptedOut, $"pod {pod.FullName} has {Migratable}='{pod.Shape.Migratable}', which is neither true nor false");
        }

        if (automatic && pod.Shape.DoNotDisrupt is { } mark)
        {
            yield return new Immovable(ImmovableKind.OptedOut, $"pod {pod.FullName} has {mark}");
        }
    }

    private static IEnumerable<Immovable> Owner(PodInfo pod)
    {
        if (pod.Shape.Mirror)
        {
            yield return new Immovable(ImmovableKind.StaticPod, $"pod {pod.FullName} is a static pod of node {pod.NodeName}");
        }
        else if (pod.Owner is { Kind: not ("ReplicaSet" or "StatefulSet" or "Job") } owner)
        {
            yield return new Immovable(ImmovableKind.OwnerUnsupported, $"pod {pod.FullName} belongs to {owner.Kind} {owner.Name}; only pods of a ReplicaSet, StatefulSet or Job and pods without an owner can move");
        }
    }

    private static IEnumerable<Immovable> Shape(PodInfo pod)
    {
        var shape = pod.Shape;
        if (!shape.HostNamespaces.IsEmpty)
        {
            yield return new Immovable(ImmovableKind.HostNamespace, $"pod {pod.FullName} shares the host's {string.Join(", ", shape.HostNamespaces)} namespace");
        }

        if (shape.ShareProcessNamespace)
        {
            yield return new Immovable(ImmovableKind.SharedProcessNamespace, $"pod {pod.FullName} has shareProcessNamespace=true");
        }

        if (!shape.EphemeralContainers.IsEmpty)
        {
            yield return new Immovable(ImmovableKind.EphemeralContainer, $"pod {pod.FullName} has ephemeral containers {string.Join(", ", shape.EphemeralContainers)}, which its replacement would not have");
        }

        foreach (var volume in shape.Volumes.Where(v => !MovableKinds.Contains(v.Kind)))
        {
            if ((volume.Kind == Claim ? Stays(pod) : "") is { } why)
            {
                yield return new Immovable(ImmovableKind.VolumeUnsupported, $"pod {pod.FullName} has volume {volume.Name} of kind {volume.Kind}{why}");
            }
        }

        if (!shape.Devices.IsEmpty)
        {
            yield return new Immovable(ImmovableKind.DeviceUnsupported, $"pod {pod.FullName} uses {string.Join(", ", shape.Devices)}");
        }

        if (shape.Terminal)
        {
            yield return new Immovable(ImmovableKind.TerminalUnsupported, $"pod {pod.FullName} has stdin or tty open");
        }

        if (shape.RuntimeClass is not ("" or RuntimeHandler))
        {
            yield return new Immovable(ImmovableKind.RuntimeUnsupported, $"pod {pod.FullName} has runtimeClassName {shape.RuntimeClass}; only the default and {RuntimeHandler} can move");
        }
    }

    /// <summary>Why the pod's claims cannot follow it; null: they can, as far as the pod shows (see <see cref="Reattachment"/>).</summary>
    private static string? Stays(PodInfo pod) => (pod.Owner, pod.Shape.Reattach) switch
    {
        ({ Kind: not "StatefulSet" } owner, _) => $": the copy of a {owner.Kind}'s pod is made before the pod has let go of it",
        (_, "true") => null,
        (_, null or "false") => $", and not {Reattach}=true, with which its clients wait while that is detached and attached",
        (_, var text) => $", and {Reattach}='{text}', which is neither true nor false",
    };

    /// <summary>kubelet's decision to kill is final, also for a container that thaws later. One failure may fall just before the freeze, hence threshold - 1.</summary>
    private static IEnumerable<Immovable> Probes(PodInfo pod, TimeSpan freezeBudget)
    {
        foreach (var probe in pod.Shape.FreezeSensitiveProbes)
        {
            var survives = TimeSpan.FromSeconds((double)probe.PeriodSeconds * (probe.FailureThreshold - 1));
            if (freezeBudget >= survives)
            {
                yield return new Immovable(
                    ImmovableKind.ProbeTooTight,
                    $"the {probe.Kind} liveness probe of container {probe.Container} (every {probe.PeriodSeconds} s, {probe.FailureThreshold} failures) survives less than {Seconds(survives)}, the freeze budget is {Seconds(freezeBudget)}");
            }
        }
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture) + " s";
}
