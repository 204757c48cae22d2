using System.Collections.Immutable;
using Rebalancer.Policy.Constraints;
using static Rebalancer.Model.Tests.Build;

namespace Rebalancer.Model.Tests.Constraints;

public sealed class VolumeRulesTests
{
    private const string Driver = "ebs.csi.aws.com";
    private static readonly PodInfo User = Pod("p") with { Claims = ["data"] };

    [Fact]
    public void BoundClaim_VolumeOfAnotherZone_Refused()
    {
        var storage = Storage(Volume("v1") with { NodeTerms = [new NodeTerm([new Requirement(Zone, "In", ["z2"])], [])] });

        Assert.Equal(RejectionKind.VolumeNodeAffinity, Check(storage, User, "a"));
        Assert.Equal(RejectionKind.None, Check(storage, User, "c"));
    }

    [Fact]
    public void BoundClaim_ZoneLabelsOfTheVolume_AreAlternatives()
    {
        var storage = Storage(Volume("v1") with { Topology = [new Requirement(Zone, "In", ["z2", "z3"])] });

        Assert.Equal(RejectionKind.VolumeNodeAffinity, Check(storage, User, "a"));
        Assert.Equal(RejectionKind.None, Check(storage, User, "c"));
    }

    [Fact]
    public void Claim_MissingOrItsVolumeMissing_Refused()
    {
        Assert.Equal(RejectionKind.ClaimMissing, Check(StorageInfo.None, User, "a"));
        Assert.Equal(RejectionKind.ClaimMissing, Check(Storage(Volume("another")), User, "a"));
    }

    [Fact]
    public void UnboundClaim_ImmediateClass_Refused_WaitingClass_WhereItAllows()
    {
        var waiting = new StorageClassInfo("fast", WaitsForPod: true, Default: true, [new NodeTerm([new Requirement(Zone, "In", ["z2"])], [])]);
        StorageInfo Unbound(StorageClassInfo c) => new([new ClaimInfo("ns", "data", "", "", ["ReadWriteOnce"])], [], [c]);

        Assert.Equal(RejectionKind.ClaimUnbound, Check(Unbound(waiting with { WaitsForPod = false }), User, "a"));
        Assert.Equal(RejectionKind.VolumeNodeAffinity, Check(Unbound(waiting), User, "a"));
        Assert.Equal(RejectionKind.None, Check(Unbound(waiting), User, "c"));
    }

    [Theory]
    [InlineData("ReadWriteOnce", "a", RejectionKind.None)]
    [InlineData("ReadWriteOnce", "b", RejectionKind.VolumeAttachedElsewhere)]
    [InlineData("ReadWriteMany", "b", RejectionKind.None)]
    [InlineData("ReadWriteOncePod", "a", RejectionKind.VolumeAttachedElsewhere)]
    [InlineData("ReadWriteOncePod", "b", RejectionKind.VolumeAttachedElsewhere)]
    public void ClaimInUse_ByItsAccessMode(string mode, string node, RejectionKind expected)
    {
        var storage = Storage(Volume("v1")) with { Claims = [new ClaimInfo("ns", "data", "v1", "", [mode])] };

        Assert.Equal(expected, Check(storage, User, node, Pod("first", "a") with { Claims = ["data"] }));
    }

    [Fact]
    public void AttachLimit_CountsVolumesOnceAndOnlyOfItsDriver()
    {
        ImmutableArray<ClaimInfo> claims = [.. new[] { "data", "d1", "d2" }.Select(n => new ClaimInfo("ns", n, "v-" + n, "", ["ReadWriteMany"]))];
        var storage = new StorageInfo(claims, [.. claims.Select(c => Volume(c.Volume))], []);
        var there = Pod("there", "a") with { Claims = ["d1", "d2"] };

        Assert.Equal(RejectionKind.AttachLimit, Check(storage, User, "a", there));
        Assert.Equal(RejectionKind.None, Check(storage, User with { Claims = ["d2"] }, "a", there));
        Assert.Equal(RejectionKind.None, Check(storage, User, "b", there with { NodeName = "b" }));
    }

    private static RejectionKind Check(StorageInfo storage, PodInfo pod, string node, params PodInfo[] pods)
    {
        var limited = Node("a") with { AttachLimits = ImmutableDictionary<string, int>.Empty.Add(Driver, 2) };
        return Verdict(Cluster([limited, Node("b"), Node("c", "z2")], pods) with { Storage = storage }, pod, node);
    }

    private static StorageInfo Storage(PersistentVolumeInfo volume) => new([new ClaimInfo("ns", "data", "v1", "", ["ReadWriteOnce"])], [volume], []);

    private static PersistentVolumeInfo Volume(string name) => new(name, [], [], Driver, "handle-" + name);
}
