using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Tests.Preflight;

public sealed class VolumeMountsTests
{
    private static readonly string[] Mounts =
    [
        "100 90 0:50 / / rw - overlay overlay rw,lowerdir=/l,upperdir=/u,workdir=/w",
        "101 100 259:1 / /ext rw - ext4 /dev/nvme1n1 rw",
        "102 100 259:2 /part /xfs rw - xfs /dev/nvme2n1 rw",
        "103 100 0:61 /share /nfs rw - nfs4 server:/share rw",
        "104 100 0:62 / /btrfs rw - btrfs /dev/nvme3n1 rw",
        "105 101 0:63 / /ext rw - fuse.s3 s3 rw",
    ];

    [Theory]
    [InlineData("/xfs", null)]
    [InlineData("/xfs/", null)]
    [InlineData("/nfs", "nfs4")]
    [InlineData("/btrfs", "btrfs")]
    [InlineData("/ext", "fuse.s3")]
    [InlineData("/missing", "nothing mounted")]
    public void Check_WhatIsMountedLastForAClaim_FollowsOnlyOnABlockDevice(string point, string? refused)
    {
        var refusal = VolumeMounts.Check("db", [point], Mounts);

        Assert.Equal(refused is null ? null : Reasons.VolumeUnsupported, refusal?.Reason);
        Assert.Contains(refused ?? "", refusal?.Message ?? "", StringComparison.Ordinal);
    }
}
