using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Cli.Moves;

/// <summary>What a user can do about a named reason; null where the message says all.</summary>
internal static class MoveHints
{
    public static string? For(string? reason) => reason switch
    {
        Reasons.OptedOut => $"the pod's annotation {Names.Migratable} says no, and is its owner's to change.",
        Reasons.OwnerRollingOut or Reasons.OwnerChanged => "wait until the rollout of its owner has ended (kubectl rollout status), then try again.",
        Reasons.AlreadyMoving => "kubectl get mig shows the other Migration.",
        Reasons.EphemeralContainer => "delete the pod or wait until it is replaced; debug containers cannot be taken away.",
        Reasons.StartupUnsupported => "a postStart hook or a sidecar's startup probe keeps kubelet from making the copy's containers; the pod needs another specification.",
        Reasons.VolumeUnsupported => $"kubectl rebalancer check shows the volume. A claim that one node at a time has follows a StatefulSet's pod or a bare one with the annotation {Names.Reattach}=true; its clients wait until it is attached.",
        Reasons.MemoryArriving => "it has just been moved; try again in a minute.",
        Reasons.ProbeTooTight => "raise the probe's failureThreshold or periodSeconds, or ask for a smaller --freeze-budget.",
        Reasons.CpuIncompatible => "choose a node with the same or a newer processor (kubectl rebalancer nodes, column cpu class).",
        Reasons.NoTarget => "kubectl rebalancer explain --pod NAMESPACE/NAME shows what speaks against each node.",
        Reasons.TargetNoRoom or Reasons.TargetConstraint or Reasons.TargetDoomed or Reasons.TargetUnready => "leave out --to, or see kubectl rebalancer explain --pod NAMESPACE/NAME.",
        Reasons.AgentMissing => "kubectl rebalancer status shows where agents run.",
        Reasons.RuntimeUnsupported => $"the pod's runtimeClassName has to be absent or {Names.RuntimeHandler}, and that RuntimeClass has to exist.",
        Reasons.DisruptionBudget => "kubectl get pdb shows the budget; wait until all of its pods are ready.",
        Reasons.FreezeBudgetExceeded => "raise --freeze-budget, or move it when it writes less.",
        Reasons.DeadlineExceeded or Reasons.PhaseTimeout or Reasons.TransferFailed or Reasons.PeerUnreachable => "see whether the nodes reach each other's agents, and how fast the link is.",
        Reasons.CheckpointFailed or Reasons.RestoreFailed => "the line of CRIU's log stands in the Migration's status (kubectl get mig -o yaml).",
        Reasons.AgentRestarted => "try again.",
        Reasons.HoldEnded => "the pod goes on where it is; if a notice comes, it is moved as any other.",
        _ => null,
    };
}
