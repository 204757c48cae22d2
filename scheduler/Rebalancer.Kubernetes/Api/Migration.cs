using System.Text.Json.Serialization;
using k8s;
using k8s.Models;

namespace Rebalancer.Kubernetes.Api;

/// <summary>One move of one running pod to another node. See manifests/crds/migrations.yaml.</summary>
[KubernetesEntity(Group = Names.Group, ApiVersion = Names.Version, Kind = MigrationKind, PluralName = MigrationPlural)]
public sealed class Migration : IKubernetesObject<V1ObjectMeta>, ISpec<MigrationSpec>, IStatus<MigrationStatus>
{
    public const string MigrationKind = "Migration";
    public const string MigrationPlural = "migrations";

    public string ApiVersion { get; set; } = Names.ApiVersion;
    public string Kind { get; set; } = MigrationKind;
    public V1ObjectMeta Metadata { get; set; } = new();
    public MigrationSpec Spec { get; set; } = new();
    public MigrationStatus Status { get; set; } = new();

    /// <summary>The RebalancePlan that it is a move of; null: it was asked for otherwise.</summary>
    [JsonIgnore] public string? PlanName => Metadata.Labels?.TryGetValue(Names.PlanLabel, out var name) == true ? name : null;

    /// <summary>It copies memory ahead of a notice that has not come: until it is let go, nothing is frozen and nothing taken. Once let go it stays so.</summary>
    [JsonIgnore] public bool IsHeld => Spec.Cutover == Cutovers.OnNotice && !(Metadata.Annotations?.TryGetValue(Names.Cutover, out var now) == true && now == "true");
}

[KubernetesEntity(Group = Names.Group, ApiVersion = Names.Version, Kind = "MigrationList", PluralName = Migration.MigrationPlural)]
public sealed class MigrationList : IKubernetesObject<V1ListMeta>, IItems<Migration>
{
    public string ApiVersion { get; set; } = Names.ApiVersion;
    public string Kind { get; set; } = "MigrationList";
    public V1ListMeta Metadata { get; set; } = new();
    public IList<Migration> Items { get; set; } = [];
}

/// <summary>What is asked for. Immutable once created.</summary>
public sealed class MigrationSpec
{
    /// <summary>The pod to move, in the Migration's namespace.</summary>
    public string PodName { get; set; } = "";

    /// <summary>Pins the pod; empty means the pod of that name when the Migration is first seen.</summary>
    [JsonPropertyName("podUID")] public string? PodUID { get; set; }

    /// <summary>Node to move to; empty: the controller chooses.</summary>
    public string? TargetNode { get; set; }

    /// <summary>One of <see cref="Strategies"/>.</summary>
    public string Strategy { get; set; } = "Auto";

    /// <summary>Longest freeze that is accepted, a Go duration ("5s"); beyond it the move rolls back. Unset: 10 s.</summary>
    public string? FreezeBudget { get; set; }

    /// <summary>One of <see cref="Throttles"/>.</summary>
    public string Throttle { get; set; } = "Auto";

    /// <summary>One of <see cref="Cutovers"/>.</summary>
    public string Cutover { get; set; } = Cutovers.Now;

    /// <summary>Instant by which the move must have committed; afterwards it aborts.</summary>
    public DateTimeOffset? Deadline { get; set; }

    /// <summary>Strict (default) | Ignore: whether the target's CPU must have every feature of the source's.</summary>
    public string CpuPolicy { get; set; } = "Strict";

    /// <summary>Why the pod is moved, for people and metrics: Interruption, Manual, ...</summary>
    public string Reason { get; set; } = "Manual";

    /// <summary>Higher moves first.</summary>
    public int Priority { get; set; }
}

/// <summary>How a pod's memory comes to the target.</summary>
public static class Strategies
{
    /// <summary>The source's agent chooses, and says why.</summary>
    public const string Auto = "Auto";
    /// <summary>In rounds while the pod runs; the freeze sends what was written last.</summary>
    public const string PreCopy = "PreCopy";
    /// <summary>As PreCopy, but what was written last may follow when the pod runs on the target already: until then it depends on both nodes.</summary>
    public const string PostCopy = "PostCopy";
    /// <summary>All of it in the freeze, by CRIU.</summary>
    public const string StopAndCopy = "StopAndCopy";
}

/// <summary>How the source's agent learns which pages were written while it copies them.</summary>
public static class Trackers
{
    /// <summary>Write protection that lifts itself: userfaultfd and PAGEMAP_SCAN, Linux 6.7.</summary>
    public const string WriteProtect = "WriteProtect";
    /// <summary>The soft-dirty bits of the page map: kernels with CONFIG_MEM_SOFT_DIRTY.</summary>
    public const string SoftDirty = "SoftDirty";
    /// <summary>Hashes of all pages, on every kernel: all memory is read in each round, and once more in the freeze.</summary>
    public const string Hash = "Hash";
    /// <summary>Not at all: CRIU carries the memory.</summary>
    public const string None = "None";
}

/// <summary>Whether a pod may be slowed down that writes its memory faster than the link carries it.</summary>
public static class Throttles
{
    /// <summary>By its CPU quota, as far as the freeze budget needs it, until it is frozen.</summary>
    public const string Auto = "Auto";
    public const string Never = "Never";
}

/// <summary>When a pod whose memory has been copied is frozen and goes on elsewhere.</summary>
public static class Cutovers
{
    /// <summary>As soon as little is left to copy.</summary>
    public const string Now = "Now";

    /// <summary>The copy is kept current until <see cref="Names.Cutover"/> lets the move go, or until it is given up: then the pod has noticed nothing.</summary>
    public const string OnNotice = "OnNotice";
}

/// <summary>The commit of a move: empty until decided, then never changed.</summary>
public static class Decision
{
    public const string None = "";
    public const string Committed = "Committed";
    public const string Aborted = "Aborted";
}

/// <summary>Written by the controller, except <see cref="Source"/> and <see cref="Target"/> (their agents) and Decision=Committed (source agent).</summary>
public sealed class MigrationStatus
{
    /// <summary>Pending, Preflight, PreCopying, Preparing, Freezing, Restoring, Committed, Succeeded, Aborting, RolledBack or Failed. Derived by the controller.</summary>
    public string? Phase { get; set; }

    /// <summary>"" | Committed | Aborted; write-once, by compare-and-set on "".</summary>
    public string Decision { get; set; } = "";

    /// <summary>Named reason of a refusal, abort or failure (see <see cref="Reasons"/>).</summary>
    public string? Reason { get; set; }
    public string? Message { get; set; }

    public long ObservedGeneration { get; set; }
    /// <summary>Of the leader that wrote last; never decreases, so that a former leader changes nothing.</summary>
    public long? LeaderEpoch { get; set; }
    [JsonPropertyName("podUID")] public string? PodUID { get; set; }
    public string? SourceNode { get; set; }
    public string? TargetNode { get; set; }
    /// <summary>Resolved strategy.</summary>
    public string? Strategy { get; set; }
    /// <summary>Resolved freeze budget in milliseconds.</summary>
    public long? FreezeBudgetMs { get; set; }
    /// <summary>This move's share of the cluster's bandwidth while its pod runs; null: no cap. Divided anew as moves begin and end.</summary>
    public long? CopyBytesPerSecond { get; set; }

    public OwnerRecord? Owner { get; set; }
    public Claim? Claim { get; set; }

    public SourceStatus? Source { get; set; }
    public TargetStatus? Target { get; set; }

    public DateTimeOffset? StartedAt { get; set; }
    /// <summary>When <see cref="Phase"/> was entered; every phase has a limit that counts from here.</summary>
    public DateTimeOffset? PhaseStartedAt { get; set; }
    public DateTimeOffset? CompletedAt { get; set; }
    public IList<V1Condition>? Conditions { get; set; }
}

/// <summary>The owner of the source pod and what was taken from the pod to make the owner replace it, written before anything is taken.</summary>
public sealed class OwnerRecord
{
    /// <summary>One of <see cref="OwnerKinds"/>.</summary>
    public string Kind { get; set; } = "None";
    public string? Name { get; set; }
    public string? Uid { get; set; }
    /// <summary>
    /// Of a pod that keeps its name: its object goes before the freeze, so that the target is made ready while the pod still runs; its processes are kept from
    /// kubelet by the kill gate. Else it is made again after the commit.
    /// </summary>
    public bool Gate { get; set; }
    /// <summary>
    /// The pod has persistent volumes, which are detached from its node and attached to the target within the move: kubelet there makes nothing of the pod before. So it
    /// never goes by the gate, and its object stays until kubelet has unmounted them.
    /// </summary>
    public bool Reattaches { get; set; }
    /// <summary>Whether the pod on the target is made, and the checkpoint restored there and held, before the commit.</summary>
    [JsonIgnore] public bool IsReplacedFirst => OwnerKinds.LetsGoByLabel(Kind) || Gate;
    /// <summary>Labels removed from the source pod, to be put back on a roll-back.</summary>
    public IDictionary<string, string>? RemovedLabels { get; set; }
    /// <summary>The source pod's own pod-deletion-cost, to be put back once a roll-back is over; null if it had none.</summary>
    public string? DeletionCost { get; set; }
    /// <summary>The bare pod as it was (metadata without server fields, and spec), to be created again on the target.</summary>
    public V1Pod? BarePod { get; set; }
}

/// <summary>Which pod may receive the checkpoint.</summary>
public sealed class Claim
{
    /// <summary>128 random bits, hex.</summary>
    public string Token { get; set; } = "";
    public DateTimeOffset ExpiresAt { get; set; }
    /// <summary>UID of the admission request that was given the token: set once, so that only one creation can be.</summary>
    [JsonPropertyName("requestUID")] public string? RequestUID { get; set; }
    public string? PodName { get; set; }
    /// <summary>Set once, when the pod with the token appears; from then on the only pod that is given images and address.</summary>
    [JsonPropertyName("podUID")] public string? PodUID { get; set; }
}

/// <summary>How far the source is. Order of a good move: Ready, Copied, Frozen, Transferred, Released; Holding before Copied where it waits for a notice.</summary>
public static class SourceState
{
    /// <summary>Preflight refused: reason and message say why; nothing was touched.</summary>
    public const string Refused = "Refused";
    /// <summary>Preflight passed.</summary>
    public const string Ready = "Ready";
    /// <summary>The bulk of the memory is on the target; what is written since follows slowly, until the move is let go.</summary>
    public const string Holding = "Holding";
    /// <summary>The bulk of the memory is on the target; what is written since follows until the freeze.</summary>
    public const string Copied = "Copied";
    public const string Frozen = "Frozen";
    /// <summary>Every byte of the checkpoint is on the target.</summary>
    public const string Transferred = "Transferred";
    /// <summary>After Committed, or after an abort when the pod's object was gone already: the source can never run again (marker on disk, processes killed).</summary>
    public const string Released = "Released";
    /// <summary>Rolled back: thawed, shield dropped, running with its connections.</summary>
    public const string Thawed = "Thawed";
}

/// <summary>Whether the source's wrapper carries out kubelet's kills of the pod's containers.</summary>
public static class KillGates
{
    public const string Open = "Open";
    /// <summary>They wait: the pod's object may be deleted, and its processes run on.</summary>
    public const string Closed = "Closed";
}

/// <summary>How far the target is. Order of a good move: Ready, Prepared, Held, Running.</summary>
public static class TargetState
{
    public const string Refused = "Refused";
    public const string Ready = "Ready";
    /// <summary>The claimed pod's sandbox is held in its pause container's create, network shielded (replacement first); or, for a bare pod, images can be received.</summary>
    public const string Prepared = "Prepared";
    /// <summary>Restored and held at post-restore: no user code has run.</summary>
    public const string Held = "Held";
    public const string Running = "Running";
    /// <summary>Restore failed for good; before a commit nothing is left, after it the wrapper starts the container cold.</summary>
    public const string Failed = "Failed";
    public const string ColdStarted = "ColdStarted";
    /// <summary>Aborted: images deleted, held sandbox failed.</summary>
    public const string Cleaned = "Cleaned";
}

public sealed class SourceStatus
{
    public string State { get; set; } = "";
    public string? Reason { get; set; }
    public string? Message { get; set; }
    /// <summary>Decisive line of CRIU's log on a failure.</summary>
    public string? LogLine { get; set; }
    /// <summary>Every container that moves, in the order in which kubelet starts them.</summary>
    public IList<MovedContainer>? Containers { get; set; }
    /// <summary>The first of <see cref="Containers"/>.</summary>
    [JsonPropertyName("containerID")] public string? ContainerID { get; set; }
    public string? ContainerName { get; set; }
    /// <summary>The pod's address with prefix length, "10.88.1.4/16".</summary>
    public string? Address { get; set; }
    /// <summary>The pod's MAC, "0a:58:..".</summary>
    public string? Mac { get; set; }
    /// <summary>Resident memory in bytes at preflight.</summary>
    public long? MemoryBytes { get; set; }
    /// <summary>Bytes on disk at preflight of what the pod's containers wrote and of its emptyDirs.</summary>
    public long? FilesBytes { get; set; }
    /// <summary>CPU feature flags of the node, sorted, and xsave area size in bytes.</summary>
    public NodeCpu? Cpu { get; set; }
    /// <summary>One of <see cref="KillGates"/>; null: the pod's containers do not run under the wrapper, and nobody could keep kubelet from killing them.</summary>
    public string? KillGate { get; set; }
    /// <summary>How the memory travels, of <see cref="Strategies"/>; known from Copied on.</summary>
    public string? Strategy { get; set; }
    public string? StrategyReason { get; set; }
    /// <summary>By what the agent knows which pages were written, of <see cref="Trackers"/>.</summary>
    public string? Tracker { get; set; }
    /// <summary>How long a process stood still for the tracker at most, at one time, while the pod was running, milliseconds.</summary>
    public double? TrackerStopMs { get; set; }
    /// <summary>The smallest part of the CPU that it used, in percent, that the pod was left while its memory was sent; null: it was not slowed down.</summary>
    public int? ThrottlePercent { get; set; }
    /// <summary>Bytes sent, as they were before any compression.</summary>
    public long? Bytes { get; set; }
    /// <summary>Of a move that was held: bytes of pages that the target had then; null: it was not.</summary>
    public long? HeldBytes { get; set; }
    /// <summary>Of these, what the pod had written anew in the round before: about what is left to send when it is let go.</summary>
    public long? PendingBytes { get; set; }
    /// <summary>Bytes of memory that were sent after the rest of the checkpoint: while the target restored it or, in a post-copy, ran already.</summary>
    public long? LateBytes { get; set; }
    /// <summary>Of these: what went over compressed, as it was; null: nothing, since the link was not the limit.</summary>
    public long? CompressedFromBytes { get; set; }
    /// <summary>What compression made of it.</summary>
    public long? CompressedToBytes { get; set; }
    /// <summary>From closing the shield to the commit being written, milliseconds.</summary>
    public long? FreezeMs { get; set; }
    public IList<TimelineEntry>? Timeline { get; set; }
}

/// <summary>One container of the pod: its name in the pod's specification, and its id on this node.</summary>
public sealed class MovedContainer
{
    public string Name { get; set; } = "";
    [JsonPropertyName("containerID")] public string? ContainerID { get; set; }
}

public sealed class TargetStatus
{
    public string State { get; set; } = "";
    /// <summary>It runs, and the rest of its memory is still being put into its processes.</summary>
    public bool? Filling { get; set; }
    /// <summary>The copies that are restored here so far.</summary>
    public IList<MovedContainer>? Containers { get; set; }
    public string? Reason { get; set; }
    public string? Message { get; set; }
    public string? LogLine { get; set; }
    public NodeCpu? Cpu { get; set; }
    /// <summary>From the source's shield closing to the address answering here, milliseconds: what a client can notice.</summary>
    public long? FreezeMs { get; set; }
    /// <summary>Frames held during the freeze and replayed here.</summary>
    public long? FramesReplayed { get; set; }
    public IList<TimelineEntry>? Timeline { get; set; }
}

public sealed class NodeCpu
{
    /// <summary>Flags of /proc/cpuinfo, space separated, sorted.</summary>
    public string Flags { get; set; } = "";
    public int XsaveBytes { get; set; }
}

public sealed class TimelineEntry
{
    public string Step { get; set; } = "";
    /// <summary>Milliseconds since this agent began the move.</summary>
    public double AtMs { get; set; }
}
