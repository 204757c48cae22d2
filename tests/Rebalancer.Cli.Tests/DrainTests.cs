using k8s.Models;
using Rebalancer.Cli.Nodes;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Cli.Tests;

public sealed class DrainTests : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(56);
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("rebalancer-cli");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Progress_OfDaemonsStaticPodsAndWhatHasEnded_IsEmpty()
    {
        V1Pod[] pods = [Pod("daemon", owner: "DaemonSet"), Pod("static", owner: "Node"), Pod("done", phase: "Succeeded")];
        Assert.True(DrainProgress.Of(pods, [], Now).IsEmpty);
    }

    [Fact]
    public void Progress_OfWhatCanMoveMovesOrEnds_IsToLeave()
    {
        V1Pod[] pods = [Pod("fresh"), Pod("moving"), Pod("ending", deleted: true), Pod("tried")];
        var progress = DrainProgress.Of(pods, [Move("moving", Phases.PreCopying), Move("tried", Phases.RolledBack, secondsAgo: 5)], Now);
        Assert.Equal(["ns/ending", "ns/fresh", "ns/moving", "ns/tried"], progress.Moving);
        Assert.False(progress.IsStuck);
    }

    [Fact]
    public void Progress_OfWhatCannotMove_NamesTheReason()
    {
        var fixedPod = Pod("fixed");
        fixedPod.Status.Conditions = [new V1PodCondition { Type = Names.LiveMigratable, Status = "False", Reason = Reasons.HostNamespace, Message = "shares the host's network" }];
        var progress = DrainProgress.Of([fixedPod, Pod("failed")], [Move("failed", Phases.Failed, secondsAgo: 60)], Now);
        Assert.True(progress.IsStuck);
        Assert.Equal(["ns/failed: Migration m-failed ended as Failed: NoTarget: no room", "ns/fixed: HostNamespace: shares the host's network"], progress.Staying);
    }

    [Fact]
    public async Task Drain_WithoutAWayToTheCluster_SaysSo()
    {
        var (exit, _, errors) = await CommandLine.Run("drain", "n1", "--kubeconfig", Path.Combine(folder.FullName, "nowhere"));
        Assert.Equal(1, exit);
        Assert.Contains("no way to the API server", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("NaN")]
    public async Task Drain_ForATimeThatIsNone_IsRefused(string minutes)
        => Assert.Equal(1, (await CommandLine.Run("drain", "n1", "--timeout-minutes", minutes)).Exit);

    private static V1Pod Pod(string name, string owner = "ReplicaSet", string phase = "Running", bool deleted = false) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = name,
            NamespaceProperty = "ns",
            Uid = "uid-" + name,
            DeletionTimestamp = deleted ? Now.UtcDateTime : null,
            OwnerReferences = [new V1OwnerReference { Kind = owner, Name = owner, Uid = owner, Controller = true }],
        },
        Status = new V1PodStatus { Phase = phase },
    };

    private static Migration Move(string pod, string phase, double? secondsAgo = null) => new()
    {
        Metadata = new V1ObjectMeta { Name = "m-" + pod, NamespaceProperty = "ns" },
        Spec = new MigrationSpec { PodName = pod, PodUID = "uid-" + pod },
        Status = new MigrationStatus { Phase = phase, Reason = Reasons.NoTarget, Message = "no room", CompletedAt = secondsAgo is { } seconds ? Now.AddSeconds(-seconds) : null },
    };
}
