using Rebalancer.Agent.Checkpoint;
using Rebalancer.Agent.Files;
using Rebalancer.Agent.Local.Cgroups;
using Rebalancer.Agent.Network;
using Rebalancer.Agent.Preflight;
using Rebalancer.Agent.Throttling;
using Rebalancer.Agent.Transfer;
using Rebalancer.Agent.Transfer.Images;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Moves;

/// <summary>What one move on its source has in hand. Touched by its driver only, except the gates of <see cref="Containers"/>.</summary>
internal sealed class SourceContext(Migration migration, TimeProvider clock)
{
    private static readonly TimeSpan DefaultFreezeBudget = TimeSpan.FromSeconds(10), WithoutReturn = TimeSpan.FromSeconds(10);
    private long earlierLateBytes;

    public Migration Migration { get; set; } = migration;
    public string Uid { get; } = migration.Metadata.Uid;
    public MoveFolder Folder { get; } = new(migration.Metadata.Uid);
    public Timeline Timeline { get; } = new(clock);

    public SourceFacts? Facts { get; set; }
    /// <summary>Known from <see cref="Facts"/>, or found again after a restart.</summary>
    public IReadOnlyList<SourceContainer> Containers { get; set; } = [];
    public IPodShield? Shield { get; set; }
    public HeldFrames? Frames { get; set; }
    public Task Pump { get; set; } = Task.CompletedTask;
    public CancellationTokenSource PumpEnd { get; } = new();
    /// <summary>Ends a round of copying that outlives the step that began it.</summary>
    public CancellationTokenSource CopyEnd { get; } = new();
    /// <summary>Null: the pod's CPU quotas are its own.</summary>
    public Throttle? Throttle { get; set; }
    public Guard? Guard { get; set; }
    public ImageStream? Images { get; set; }
    public ImageSender? Sender { get; set; }
    public SourceFiles? Files { get; set; }
    public PeerSession? Session { get; set; }
    /// <summary>Null: every page went with the rest of the checkpoint, or the connection for the others is to be made anew.</summary>
    public LateSender? Late
    {
        get;
        set
        {
            earlierLateBytes += field?.Bytes ?? 0;
            field = value;
        }
    }
    /// <summary>Bytes of pages that were sent after the rest; null: none.</summary>
    public long? LateBytes => earlierLateBytes + (Late?.Bytes ?? 0) is > 0 and var bytes ? bytes : null;
    /// <summary>The pod may run on the target before all of its pages are there.</summary>
    public bool IsPostCopy => Status.Strategy == Strategies.PostCopy;
    /// <summary>The move was begun by an agent before this one, which may have come to its freeze.</summary>
    public bool IsTakenUp { get; init; }
    /// <summary>kubelet's kills of the pod wait, and its object may be gone.</summary>
    public bool IsGated { get; set; }
    /// <summary>Publishes what changed within a step.</summary>
    public Action Publish { get; set; } = static () => { };
    /// <summary>Clock timestamp at which the freeze began.</summary>
    public long? FrozenAt { get; set; }
    /// <summary>Why the move ends without a commit.</summary>
    public MoveException? Failure { get; set; }
    public SourceStatus Status { get; } = new();

    /// <summary>Longest freeze that is accepted.</summary>
    public TimeSpan FreezeBudget => Migration.Status.FreezeBudgetMs is { } budgetMs ? TimeSpan.FromMilliseconds(budgetMs) : DefaultFreezeBudget;

    /// <summary>When a freeze is given up. Where the pod's object may be gone, giving up ends the pod: worse than a freeze that is a little longer.</summary>
    public TimeSpan FreezeLimit => IsGated ? FreezeBudget + WithoutReturn : FreezeBudget;

    public string? PodUid => Migration.Status.PodUID ?? Facts?.Containers[0].PodUid;

    /// <summary>Waits until nothing is missing on the target.</summary>
    /// <exception cref="MoveException">It cannot be told so: the target is lost, or a page cannot be read.</exception>
    public async Task FilledAsync(CancellationToken cancellation)
    {
        if (Late is not { } late) { return; }
        // Either may fail alone: a connection that is cut holds the sending up for minutes.
        await await Task.WhenAny(late.Sent, Session!.Filled).WaitAsync(cancellation);
        await Session.Filled.WaitAsync(cancellation);
        Timeline.Mark("LatePagesSent");
    }

    /// <summary>Passes on what came for the pod.</summary>
    /// <exception cref="MoveException">Nobody takes it.</exception>
    public Task SendAsync(HeldFrame frame, CancellationToken cancellation) => Session is { Lost.IsCompleted: false } session
        ? session.SendAsync(frame, cancellation) : throw new MoveException(Reasons.PeerUnreachable, "no connection to the target is open");

    /// <summary>The cgroups of the containers that are still there.</summary>
    public IEnumerable<ContainerCgroup> Cgroups => Containers.Select(each => each.Cgroup).OfType<ContainerCgroup>();

    /// <summary>A pod whose name must be free before it can be made again is restored after the commit.</summary>
    public bool IsRestoredBeforeCommit => Migration.Status.Owner is { IsReplacedFirst: true };
}
