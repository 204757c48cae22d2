using k8s.Models;
using Rebalancer.Descheduler.Leases;
using Rebalancer.Descheduler.Tests.World;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Descheduler.Tests.EndToEnd;

/// <summary>Whoever writes a policy learns whether it counts.</summary>
public sealed class PolicyTests
{
    [Fact]
    public async Task Ready_PolicyThatTheSchemaTakesAndMakesNoSense_FalseWithEveryError_ThenMendedTrue()
    {
        await using var world = await ControllerWorld.StartAsync();
        await CreateAsync(world, new RebalancePolicySpec
        {
            OfferedTypes = ["huge"],
            Budgets = [new BudgetSpec { Nodes = "10%", Schedule = "0 25 * * *", Duration = "1h", TimeZone = "Europe/Atlantis" }],
        });

        var bad = await UntilAsync(world, "False", PolicyConditions.Invalid);
        Assert.All(["RebalancePolicy default: spec.offeredTypes is 'huge'", "spec.budgets[0].schedule is '0 25 * * *'", "spec.budgets[0].timeZone is 'Europe/Atlantis'"], part => Assert.Contains(part, Ready(bad)!.Message, StringComparison.Ordinal));

        await world.Client.PatchAsync<RebalancePolicy>(ApiResource.RebalancePolicies, null, "default", new JsonPatch().Remove("/spec/budgets").Remove("/spec/offeredTypes"), default);

        var good = await UntilAsync(world, "True", PolicyConditions.Valid);
        Assert.Equal((good.Metadata.Generation, good.Metadata.Generation, ""), (good.Status.ObservedGeneration, Ready(good)!.ObservedGeneration, Ready(good)!.Message));
        Assert.True(good.Metadata.Generation > bad.Status.ObservedGeneration);
    }

    [Fact]
    public async Task Ready_ConditionOfSomebodyElse_Stays()
    {
        await using var world = await ControllerWorld.StartAsync(controller: false);
        await CreateAsync(world, new RebalancePolicySpec());
        var others = new V1Condition { Type = "Reviewed", Status = "True", Reason = "ByAnna", Message = "", LastTransitionTime = DateTime.UnixEpoch };
        await world.Client.PatchAsync<RebalancePolicy>(ApiResource.RebalancePolicies, null, "default", new JsonPatch().Set("/status", new RebalancePolicyStatus { Conditions = [others] }), default, "status");

        await world.StartControllerAsync();

        Assert.Contains((await UntilAsync(world, "True", PolicyConditions.Valid)).Status.Conditions!, c => c.Type == "Reviewed");
    }

    /// <summary>With the Lease gone, epochs would begin anew, below what stands in the policy.</summary>
    [Fact]
    public async Task Epoch_LeaseWasDeleted_StaysAboveWhatIsWritten()
    {
        await using var world = await ControllerWorld.StartAsync(controller: false);
        await CreateAsync(world, new RebalancePolicySpec());
        await world.Client.PatchAsync<RebalancePolicy>(ApiResource.RebalancePolicies, null, "default", new JsonPatch().Set("/status", new RebalancePolicyStatus { LeaderEpoch = 41 }), default, "status");

        await world.StartControllerAsync();

        Assert.True((await UntilAsync(world, "True", PolicyConditions.Valid)).Status.LeaderEpoch >= 41);
        Assert.NotNull(await world.Client.GetAsync<V1Lease>(ApiResource.Leases, ControllerWorld.Ns, Leadership.LeaseName, default));
    }

    [Theory]
    [InlineData(8, 1_000_000)]
    [InlineData(0, null)]
    public async Task Bandwidth_OfThePolicy_IsEachMovesShare(int mbit, object? bytesPerSecond)
    {
        await using var world = await ControllerWorld.StartAsync(new Rebalancer.Descheduler.Migrations.MoveLimits { ClusterBandwidthMbit = 80 });
        await world.CreateNodes(("a", "0.10"), ("b", "0.10"));
        await world.RunPod("redis", on: "a");
        await CreateAsync(world, new RebalancePolicySpec { Migrations = new MoveDefaultsSpec { BandwidthMbit = mbit } });
        await UntilAsync(world, "True", PolicyConditions.Valid);

        await world.MoveAsync("redis");

        Assert.Equal((int?)bytesPerSecond, (await world.UntilPhase(Phases.Succeeded)).Status.CopyBytesPerSecond);
    }

    internal static Task CreateAsync(ControllerWorld world, RebalancePolicySpec spec)
        => world.Client.CreateAsync(ApiResource.RebalancePolicies, null, new RebalancePolicy { Metadata = new V1ObjectMeta { Name = "default" }, Spec = spec }, default);

    internal static async Task<RebalancePolicy> UntilAsync(ControllerWorld world, string status, string reason)
    {
        RebalancePolicy? last = null;
        await ControllerWorld.Eventually(() => $"policy Ready={status} ({reason}); it is {Ready(last)?.Status} ({Ready(last)?.Reason}: {Ready(last)?.Message})", async () =>
        {
            last = await world.Client.GetAsync<RebalancePolicy>(ApiResource.RebalancePolicies, null, "default", default);
            return (Ready(last)?.Status, Ready(last)?.Reason) == (status, reason);
        });
        return last!;
    }

    private static V1Condition? Ready(RebalancePolicy? policy) => policy?.Status.Conditions?.FirstOrDefault(c => c.Type == PolicyConditions.Ready);
}
