using System.Collections.Immutable;
using Rebalancer.Policy.Constraints;
using Rebalancer.Policy.Moves;
using static Rebalancer.Model.Tests.Build;

namespace Rebalancer.Model.Tests.Constraints;

/// <summary>Which pods move although they have a volume that only one node at a time can have.</summary>
public sealed class ReattachmentTests
{
    private const string Driver = "ebs.csi.aws.com";
    private static readonly OwnerInfo Set = new("StatefulSet", "db", "u");

    [Theory]
    [InlineData("StatefulSet", "true", null)]
    [InlineData(null, "true", null)]
    [InlineData("StatefulSet", null, "rebalancer.dev/reattach=true")]
    [InlineData("StatefulSet", "false", "rebalancer.dev/reattach=true")]
    [InlineData("StatefulSet", "yes", "'yes'")]
    [InlineData("ReplicaSet", "true", "ReplicaSet")]
    [InlineData("Job", "true", "Job")]
    public void Movability_PodWithAClaim_ByItsOwnerAndWhatThatAllows(string? owner, string? allowed, string? refused)
    {
        var pod = User(owner is null ? null : Set with { Kind = owner }, allowed);

        var against = Movability.Check(pod, TimeSpan.FromSeconds(10), automatic: true);

        Assert.Equal(refused is null ? [] : [ImmovableKind.VolumeUnsupported], against.Select(i => i.Kind));
        Assert.All(against, i => Assert.Contains(refused!, i.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Movability_EphemeralVolumeAndClaim_TheFirstIsStillRefused()
    {
        var pod = User(Set, "true");
        pod = pod with { Shape = pod.Shape with { Volumes = pod.Shape.Volumes.Add(new VolumeInfo("scratch", "ephemeral")) } };

        Assert.Contains("scratch of kind ephemeral", Assert.Single(Movability.Check(pod, TimeSpan.FromSeconds(10), automatic: false)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ReadWriteOnce", Driver, null)]
    [InlineData("ReadWriteOncePod", Driver, null)]
    [InlineData("ReadWriteMany", Driver, "ReadWriteMany")]
    [InlineData("ReadWriteOnce", "", "no CSI driver")]
    public void Check_ByAccessModeAndDriver(string mode, string driver, string? refused)
        => AssertRefused(refused, Storage(mode, driver));

    [Fact]
    public void Check_ClaimThatIsMissingOrUnbound_IsRefused()
    {
        AssertRefused("does not exist", StorageInfo.None);
        AssertRefused("bound to no volume", Storage("ReadWriteOnce", Driver) with { Volumes = [] });
    }

    [Fact]
    public void Check_VolumeThatNobodyHasAttached_IsRefused()
    {
        var against = Reattachment.Check(User(Set, "true"), Storage("ReadWriteOnce", Driver), Node("a"));
        Assert.Contains("has not attached", Assert.Single(against).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MoveRules_ItsOwnUseOfTheVolume_IsNoObstacleButAnothers()
    {
        var pod = User(Set, "true") with { NodeName = "a" };
        var storage = Storage("ReadWriteOnce", Driver);

        Assert.Equal(RejectionKind.None, Check(storage, pod));
        Assert.Equal(RejectionKind.VolumeAttachedElsewhere, Check(storage, pod, Pod("other", "a") with { Claims = ["data"] }));
    }

    [Fact]
    public void MoveRules_NodeThatTheVolumeDoesNotReachOrThatIsFull_IsRefused()
    {
        var pod = User(Set, "true") with { NodeName = "a" };
        var storage = Storage("ReadWriteOnce", Driver);
        var bound = storage with { Volumes = [storage.Volumes[0] with { NodeTerms = [new NodeTerm([new Requirement(Hostname, "In", ["a"])], [])] }] };

        Assert.Equal(RejectionKind.VolumeNodeAffinity, Check(bound, pod));
        var full = Node("b") with { AttachLimits = ImmutableDictionary<string, int>.Empty.Add(Driver, 0) };
        Assert.Equal(RejectionKind.AttachLimit, Check(storage, full, pod));
    }

    [Fact]
    public void Estimate_PodWithAClaim_CountsWhatAttachingTakes()
    {
        var estimates = new SizeEstimates();

        Assert.InRange(estimates.Of(User(Set, "true")).FreezeSeconds - estimates.Of(Pod("plain")).FreezeSeconds, 10, 120);
    }

    private static void AssertRefused(string? why, StorageInfo storage)
    {
        var against = Reattachment.Check(User(Set, "true"), storage, Node("a") with { AttachedVolumes = ["kubernetes.io/csi/ebs.csi.aws.com^handle"] }).ToList();
        Assert.Equal(why is null ? 0 : 1, against.Count);
        Assert.All(against, i => Assert.Contains(why!, i.Message, StringComparison.Ordinal));
    }

    private static RejectionKind Check(StorageInfo storage, PodInfo pod, params PodInfo[] others) => Check(storage, Node("b"), pod, others);

    private static RejectionKind Check(StorageInfo storage, NodeInfo target, PodInfo pod, params PodInfo[] others)
    {
        var index = new ClusterIndex(Cluster([Node("a"), target], [pod, .. others]) with { Storage = storage });
        return MoveRules.Check(index, new Occupancy(index), index.PodNumber(pod), index.NodeNumber("a"), index.NodeNumber("b"));
    }

    private static PodInfo User(OwnerInfo? owner, string? allowed) => Pod("db-0", "a") with
    {
        Owner = owner,
        Claims = ["data"],
        Shape = PodShape.Plain with { Volumes = [new VolumeInfo("disk", "persistentVolumeClaim")], Reattach = allowed },
    };

    private static StorageInfo Storage(string mode, string driver)
        => new([new ClaimInfo("ns", "data", "v1", "", [mode])], [new PersistentVolumeInfo("v1", [], [], driver, "handle")], []);
}
