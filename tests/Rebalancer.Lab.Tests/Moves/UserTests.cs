using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Lab.Moves;

namespace Rebalancer.Lab.Tests.Moves;

/// <summary>A pod of another user than root: CRIU may read its limits only with CAP_SYS_RESOURCE, which the lab's machine may not have.</summary>
[Collection(LabCollection.Name)]
public sealed class UserTests(MoveLab lab) : IClassFixture<MoveLab>
{
    private const int SysResource = 24;
    private const int Nobody = 65534;
    private static readonly TimeSpan MoveLimit = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Move_PodOfAnotherUser_MovesWithTheCapabilityAndIsRefusedByNameWithout()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var (first, second) = MoveLab.Nodes("v2");
        await using var redis = await lab.StartRedisAsync(first, "ReplicaSet", limit.Token, spec => spec.SecurityContext = new V1PodSecurityContext { RunAsUser = Nobody, RunAsGroup = Nobody });

        var status = (await redis.MoveAsync(second, MoveLimit, limit.Token)).Migration.Status;

        Assert.Equal(HasSysResource() ? ("Succeeded", null) : ("Failed", Reasons.AgentUnprivileged), (status.Phase, status.Reason));
        Assert.Null(redis.Problem);
    }

    private static bool HasSysResource()
    {
        var mask = File.ReadLines("/proc/self/status").Single(line => line.StartsWith("CapEff:", StringComparison.Ordinal))["CapEff:".Length..].Trim();
        return ((Convert.ToUInt64(mask, 16) >> SysResource) & 1) != 0;
    }
}
