using System.Text.Json.Serialization;

namespace Rebalancer.Agent.Local;

/// <summary>
/// One request over the agent's unix socket: one JSON line, answered by one JSON line (<see cref="LocalReply"/>), maybe after a long wait.
/// The peer's end of the connection is a message too: an agent that dies fails every waiting caller, a caller that dies frees what waited for it.
/// Only root may connect (mode 0700 folder, and SO_PEERCRED is checked).
/// Properties can be set, because a generated deserialiser gives an init-only one null instead of "" where the peer left it out.
/// </summary>
public sealed record LocalRequest
{
    /// <summary>One of <see cref="LocalOps"/>.</summary>
    public required string Op { get; init; }
    /// <summary>UID of the pod as containerd has it (io.kubernetes.cri.sandbox-uid, or K8S_POD_UID from CNI_ARGS).</summary>
    public string PodUid { get; set; } = "";
    public string PodNamespace { get; set; } = "";
    public string PodName { get; set; } = "";
    /// <summary>Name of the Migration the pod's annotation hints at (same namespace).</summary>
    public string Migration { get; set; } = "";
    /// <summary>OCI container id; for CNI the sandbox id.</summary>
    public string ContainerId { get; set; } = "";
    public string ContainerName { get; set; } = "";
    public string Bundle { get; set; } = "";
    public string NetNs { get; set; } = "";
    public string IfName { get; set; } = "";
    public int RestartCount { get; set; }
    /// <summary>hold/resumed: CRIU's image folder, which names the move. restore-done: work folder with restore.log.</summary>
    public string ImagePath { get; set; } = "";
    public string WorkPath { get; set; } = "";
    /// <summary>hold: pid of the restored tree's root on the host.</summary>
    public int Pid { get; set; }
    /// <summary>restore-done: exit code of runc restore.</summary>
    public int ExitCode { get; set; }
    /// <summary>CNI: the address range of the cluster in CIDR form and the first and last address that may be given out.</summary>
    public string Subnet { get; set; } = "";
    public string RangeStart { get; set; } = "";
    public string RangeEnd { get; set; } = "";
    public string Gateway { get; set; } = "";
}

public static class LocalOps
{
    /// <summary>rebalancer-runc, pause container's create of a pod with a claim. Answered when the sandbox may go on (proceed) or not (fail).</summary>
    public const string SandboxCreate = "sandbox-create";
    /// <summary>rebalancer-runc, app container's create of a pod with a claim. restore | create (a recorded cold start) | skip (an init container that the source has done with) | fail.</summary>
    public const string ContainerCreate = "container-create";
    /// <summary>rebalancer-runc, after runc restore ended. proceed, or park (it waits for the pod's other containers), or restore again, or create (cold start recorded after a commit), or fail.</summary>
    public const string RestoreDone = "restore-done";
    /// <summary>CRIU's post-restore action script: the tree is complete and no user code has run. proceed = let it run, park = freeze it before it runs, fail = let it die.</summary>
    public const string Hold = "hold";
    /// <summary>CRIU's post-resume action script: the tree runs; the network may be opened.</summary>
    public const string Resumed = "resumed";
    /// <summary>
    /// CRIU's pre-dump action script: runc and criu have started, nothing of the container has been touched. proceed = the cgroup is frozen, dump it;
    /// fail = do not. So both process starts cost the container no frozen time. ImagePath names the move.
    /// </summary>
    public const string DumpReady = "dump-ready";
    /// <summary>
    /// rebalancer-runc, kill of the pause container of a pod that was moved away. Answered when the target runs, or has had its time: until then the pod's
    /// network namespace still receives what its clients send, and the agent passes it on. proceed is the only answer.
    /// </summary>
    public const string SandboxKill = "sandbox-kill";
    public const string CniAdd = "cni-add";
    public const string CniDel = "cni-del";
    public const string CniCheck = "cni-check";
}

public sealed record LocalReply
{
    /// <summary>One of <see cref="LocalActions"/>.</summary>
    public required string Action { get; init; }
    public string Reason { get; set; } = "";
    public string Message { get; set; } = "";
    /// <summary>restore: CRIU's image folder, a fresh work folder for logs, and CRIU's configuration file for this restore (set as annotation org.criu.config).</summary>
    public string ImagePath { get; set; } = "";
    public string WorkPath { get; set; } = "";
    public string CriuConfig { get; set; } = "";
    /// <summary>dump-ready: processes whose pages the agent carries itself, and the one whose page map is to be put in the place of theirs.</summary>
    public int[] HiddenPids { get; set; } = [];
    public int SubstitutePid { get; set; }
    /// <summary>Where a file named as one of the hidden stands in for its smaps.</summary>
    public string MappingsFolder { get; set; } = "";
    /// <summary>cni-add: address with prefix length.</summary>
    public string Address { get; set; } = "";
    public string Gateway { get; set; } = "";
}

public static class LocalActions
{
    public const string Proceed = "proceed";
    public const string Restore = "restore";
    public const string Create = "create";
    /// <summary>The copy stays frozen until every container of its pod is restored and the move is committed.</summary>
    public const string Park = "park";
    /// <summary>Run a program in its place that does nothing and ends well.</summary>
    public const string Skip = "skip";
    public const string Fail = "fail";
}

/// <summary>Serialisation without reflection, as NativeAOT needs it. Unknown fields are ignored, so that agent and wrapper may be of different versions.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(LocalRequest))]
[JsonSerializable(typeof(LocalReply))]
public sealed partial class LocalJson : JsonSerializerContext;
