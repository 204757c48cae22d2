using Rebalancer.Agent.Checkpoint;
using Rebalancer.Agent.Files;
using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Network;
using Rebalancer.Agent.Preflight;
using Rebalancer.Agent.Restore;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Moves;

/// <summary>What one move on its target has in hand. Shared by its driver, the peer's stream and the local callers.</summary>
internal sealed class TargetContext(Migration migration, TargetStep first, TimeProvider clock)
{
    /// <summary>Of one container.</summary>
    public const int MaximumRestores = 3;

    private readonly TaskCompletionSource arming = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Armed> armed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource hinted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Uid { get; } = migration.Metadata.Uid;
    /// <summary>As first seen: for names; what may change is in the book.</summary>
    public Migration Migration { get; } = migration;
    public MoveFolder Folder { get; } = new(migration.Metadata.Uid);
    public TargetFiles Files => field ??= new TargetFiles(Folder.Files, Folder.FileImages);
    public Timeline Timeline { get; } = new(clock);
    public StepCell Step { get; } = new(first);
    public ArrivingFrames Frames { get; } = new();
    public TargetCopies Copies { get; } = new();

    /// <summary>The source is about to freeze: the sandbox may go on.</summary>
    public Task Arming => arming.Task;
    /// <summary>The source only waits for this node.</summary>
    public Task<Armed> Armed => armed.Task;
    public long? FrozenAt { get; set; }
    /// <summary>The source says that it has committed.</summary>
    public Task Hinted => hinted.Task;

    /// <summary>The claimed pod's sandbox, as the wrapper described it.</summary>
    public Sandbox? Sandbox { get; set; }
    public IPodShield? Shield { get; set; }
    /// <summary>Pages that come after the rest; null: there are none, or it is not known yet.</summary>
    public TargetLate? Late { get; set; }
    /// <summary>Replies to the source; null while no stream is open.</summary>
    public Action<MoveReply>? Reply { get; set; }
    public NodeCpu? Cpu { get; set; }
    public long? FreezeMs { get; set; }
    public MoveException? Failure { get; set; }

    public void Arm() => arming.TrySetResult();

    public void Arm(Armed with) => armed.TrySetResult(with);

    public void Hint() => hinted.TrySetResult();
}

/// <param name="NetNs">Path of the pod's network namespace.</param>
internal sealed record Sandbox(string PodUid, string PodName, string NetNs, string Hostname);
