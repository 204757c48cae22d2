using k8s.Models;
using Rebalancer.Cli.Tests.World;

namespace Rebalancer.Cli.Tests.Cluster;

public sealed class CheckTests
{
    [Fact]
    public async Task Check_Namespace_EveryPodWithItsReasons()
    {
        await using var world = await ClusterWorld.StartAsync();
        await world.NodeAsync("a");
        await world.NodeAsync("bare", agent: false);
        await world.PodAsync("good", "a");
        await world.PodAsync("rings", "a", condition: "False");
        await world.PodAsync("claims", "a", condition: null, with: p => p.Spec.Volumes = [new V1Volume { Name = "data", PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = "data" } }]);
        await world.PodAsync("alone", "bare");

        var verdicts = (await world.Json("check", "-n", ClusterWorld.Ns)).EnumerateArray().ToDictionary(v => v.GetProperty("pod").GetString()!);

        Assert.True(verdicts["good"].GetProperty("canMove").GetBoolean());
        Assert.Equal(
            ["IoUring: it uses io_uring", "VolumeUnsupported: pod shop/claims has volume data of kind persistentVolumeClaim, and not rebalancer.dev/reattach=true, with which its clients wait while that is detached and attached", "AgentMissing: no agent runs on node bare"],
            new[] { "rings", "claims", "alone" }.Select(p => verdicts[p].GetProperty("against")[0]).Select(a => $"{a.GetProperty("reason").GetString()}: {a.GetProperty("message").GetString()}"));

        var (exit, table, _) = await world.Run("check", "-A");
        Assert.Equal(0, exit);
        Assert.Contains("1 of 4 pods can move.", table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_OnePod_FoundOrNot()
    {
        await using var world = await ClusterWorld.StartAsync();
        await world.NodeAsync("a");
        await world.PodAsync("good", "a", condition: null);

        var (exit, output, _) = await world.Run("check", "shop/good");
        Assert.Equal(0, exit);
        Assert.Contains("no descheduler has looked at them", output, StringComparison.Ordinal);
        Assert.Equal(new Outcome(1, "", "pod shop/nobody does not exist\n"), await world.Run("check", "nobody", "-n", "shop"));
        Assert.Equal(1, (await world.Run("check", "good", "-A")).Exit);
    }
}
