namespace Rebalancer.Kubernetes.Api;

/// <summary>Named reasons of refusals, aborts and failures. Each is part of the API: a user may branch on it.</summary>
public static class Reasons
{
    // Refusals before anything is touched.
    public const string PodNotFound = "PodNotFound";
    public const string PodReplaced = "PodReplaced";
    public const string PodNotRunning = "PodNotRunning";
    public const string OptedOut = "OptedOut";
    public const string OwnerUnsupported = "OwnerUnsupported";
    public const string OwnerRollingOut = "OwnerRollingOut";
    /// <summary>Another Migration moves this pod already.</summary>
    public const string AlreadyMoving = "AlreadyMoving";
    public const string StaticPod = "StaticPod";
    public const string HostNamespace = "HostNamespace";
    public const string SharedProcessNamespace = "SharedProcessNamespace";
    /// <summary>The pod has more containers than a move carries.</summary>
    public const string TooManyContainers = "TooManyContainers";
    /// <summary>The pod has an ephemeral (debug) container, which its replacement would not have.</summary>
    public const string EphemeralContainer = "EphemeralContainer";
    /// <summary>kubelet would wait for a container to answer (postStart hook, a sidecar's startup probe) before it makes the next one, while its copy is frozen.</summary>
    public const string StartupUnsupported = "StartupUnsupported";
    /// <summary>A process is connected by a unix socket to one outside its container.</summary>
    public const string ExternalSocket = "ExternalSocket";
    public const string VolumeUnsupported = "VolumeUnsupported";
    public const string DeviceUnsupported = "DeviceUnsupported";
    public const string TerminalUnsupported = "TerminalUnsupported";
    /// <summary>Memory of a process is filled by somebody through a userfaultfd: it has just been moved and is not whole yet, or manages its memory so itself.</summary>
    public const string MemoryArriving = "MemoryArriving";
    public const string IoUring = "IoUring";
    /// <summary>A process watches by inotify what has no path in its container that CRIU could find: a file that was deleted, or is hidden below a mount.</summary>
    public const string WatchUnsupported = "WatchUnsupported";
    /// <summary>CRIU would have to read the limits of another user's process, and the agent has no CAP_SYS_RESOURCE.</summary>
    public const string AgentUnprivileged = "AgentUnprivileged";
    /// <summary>Something in a container's root file system or in an emptyDir cannot be carried: a device, or what only means something on its own node.</summary>
    public const string WritableLayer = "WritableLayer";
    /// <summary>The pod's layers and emptyDirs hold more bytes or files than are moved.</summary>
    public const string FilesTooLarge = "FilesTooLarge";
    public const string ProjectedFileOpen = "ProjectedFileOpen";
    public const string ProbeTooTight = "ProbeTooTight";
    public const string CpuIncompatible = "CpuIncompatible";
    public const string NetworkUnsupported = "NetworkUnsupported";
    public const string NoTarget = "NoTarget";
    public const string TargetUnknown = "TargetUnknown";
    public const string TargetIsSource = "TargetIsSource";
    public const string TargetDoomed = "TargetDoomed";
    public const string TargetUnready = "TargetUnready";
    public const string TargetNoRoom = "TargetNoRoom";
    /// <summary>A process has mapped more memory than the target's kernel lets any process map (vm.overcommit_memory).</summary>
    public const string TargetOvercommit = "TargetOvercommit";
    public const string TargetConstraint = "TargetConstraint";
    public const string AgentMissing = "AgentMissing";
    public const string RuntimeUnsupported = "RuntimeUnsupported";
    public const string DisruptionBudget = "DisruptionBudget";
    public const string StrategyUnsupported = "StrategyUnsupported";
    public const string InvalidSpec = "InvalidSpec";

    // Aborts and failures.
    public const string ClaimExpired = "ClaimExpired";
    public const string PodChanged = "PodChanged";
    /// <summary>The pod's owner was deleted, scaled away or given another template while the move was under way.</summary>
    public const string OwnerChanged = "OwnerChanged";
    public const string FreezeBudgetExceeded = "FreezeBudgetExceeded";
    public const string DeadlineExceeded = "DeadlineExceeded";
    public const string CheckpointFailed = "CheckpointFailed";
    public const string RestoreFailed = "RestoreFailed";
    public const string TransferFailed = "TransferFailed";
    public const string PeerUnreachable = "PeerUnreachable";
    public const string AgentRestarted = "AgentRestarted";
    public const string PhaseTimeout = "PhaseTimeout";
    public const string TargetLost = "TargetLost";
    public const string SourceLost = "SourceLost";
    /// <summary>A move that waited for a notice was given up before one came: it waited as long as it may, or its target is none any more. The pod has noticed nothing.</summary>
    public const string HoldEnded = "HoldEnded";
    public const string UserAborted = "UserAborted";
}
