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
    private static readonly TimeSpan DefaultFreezeBudget = TimeSpan.FromSeconds(10);

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
    /// <summary>Null: the pod's CPU quotas are its own.</summary>
    public Throttle? Throttle { get; set; }
    public Guard? Guard { get; set; }
    public ImageStream? Images { get; set; }
    public ImageSender? Sender { get; set; }
    public SourceFiles? Files { get; set; }
    public PeerSession? Session { get; set; }
    /// <summary>Clock timestamp at which the freeze began.</summary>
    public long? FrozenAt { get; set; }
    /// <summary>Why the move ends without a commit.</summary>
    public MoveException? Failure { get; set; }
    public SourceStatus Status { get; } = new();

    /// <summary>Longest freeze that is accepted.</summary>
    public TimeSpan FreezeBudget => Migration.Status.FreezeBudgetMs is { } budgetMs ? TimeSpan.FromMilliseconds(budgetMs) : DefaultFreezeBudget;

    /// <summary>The cgroups of the containers that are still there.</summary>
    public IEnumerable<ContainerCgroup> Cgroups => Containers.Select(each => each.Cgroup).OfType<ContainerCgroup>();

    /// <summary>A bare pod's name must be free before its copy can be made: it is restored after the commit.</summary>
    public bool IsRestoredBeforeCommit => Migration.Status.Owner is { Kind: not "None" };
}
