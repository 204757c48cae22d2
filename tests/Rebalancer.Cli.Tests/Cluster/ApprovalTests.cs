using Rebalancer.Cli.Tests.World;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Cli.Tests.Cluster;

public sealed class ApprovalTests
{
    [Fact]
    public async Task Plans_OfTheCluster_Listed()
    {
        await using var world = await ClusterWorld.StartAsync();
        await world.PlanAsync("one");
        await world.PlanAsync("two", policy: "night");
        await world.WriteStatusAsync(ApiResource.RebalancePlans, "one", new RebalancePlanStatus { Phase = PlanPhases.Running });

        var all = await world.Json("plans");
        Assert.Equal(2, all.GetArrayLength());
        var one = all.EnumerateArray().Single(p => p.GetProperty("name").GetString() == "one");
        Assert.Equal(("Running", 1, "0.1"), (one.GetProperty("phase").GetString(), one.GetProperty("moves").GetInt32(), one.GetProperty("usdPerHourSaved").GetString()));

        var (exit, table, _) = await world.Run("plans", "--policy-name", "night");
        Assert.Equal(0, exit);
        Assert.Contains("two", table, StringComparison.Ordinal);
        Assert.DoesNotContain("one", table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plans_One_WithItsMovesAndWhatCameOfThem()
    {
        await using var world = await ClusterWorld.StartAsync();
        await world.PlanAsync("p");
        await world.WriteStatusAsync(ApiResource.RebalancePlans, "p", new RebalancePlanStatus { Phase = PlanPhases.Stopped, Message = "a move failed", Moves = [new MoveOutcome { Namespace = ClusterWorld.Ns, Pod = "redis", Result = MoveResults.RolledBack, Reason = Reasons.TransferFailed }] });

        var (exit, output, errors) = await world.Run("plans", "p");
        Assert.Equal((0, ""), (exit, errors));
        Assert.All(["RebalancePlan p of policy default: Stopped (a move failed)", "$0.3/h becomes $0.2/h", "shop/redis", "RolledBack: TransferFailed"], part => Assert.Contains(part, output, StringComparison.Ordinal));

        Assert.Equal("redis", (await world.Json("plans", "p")).GetProperty("moves")[0].GetProperty("move").GetProperty("pod").GetString());
        Assert.Equal(new Outcome(1, "", "RebalancePlan nobody does not exist\n"), await world.Run("plans", "nobody"));
    }

    [Theory]
    [InlineData("approve", "Approved")]
    [InlineData("reject", "Rejected")]
    public async Task Decide_OpenPlan_WrittenOnceWithUserAndNote(string verb, string decision)
    {
        await using var world = await ClusterWorld.StartAsync();
        await world.PolicyAsync("default");
        await world.PlanAsync("p");

        var (exit, output, errors) = await world.Run(verb, "p", "--note", "looks good");

        Assert.Equal((0, "", $"RebalancePlan p is {decision.ToLowerInvariant()} by system:admin\n"), (exit, errors, output));
        var approval = (await world.Client.GetAsync<RebalancePlan>(ApiResource.RebalancePlans, null, "p", default))!.Spec.Approval!;
        Assert.Equal((decision, "system:admin", "looks good"), (approval.Decision, approval.By, approval.Note));

        var again = await world.Run(verb, "p");
        Assert.Equal((0, $"RebalancePlan p is {decision.ToLowerInvariant()} already by system:admin\n"), (again.Exit, again.Output));
        var other = await world.Run(verb == "approve" ? "reject" : "approve", "p");
        Assert.Equal((1, $"RebalancePlan p: spec.approval.decision is '{decision} by system:admin', expected nothing, for it is given once\n"), (other.Exit, other.Errors));
    }

    [Fact]
    public async Task Approve_PolicyObserves_SaysThatNothingComesOfIt()
    {
        await using var world = await ClusterWorld.StartAsync();
        await world.PolicyAsync("default", new RebalancePolicySpec());
        await world.PlanAsync("p");

        Assert.Contains("in mode Observe, under which nothing is carried out", (await world.Run("approve", "p")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Approve_NoSuchPlanEndedPlanOrNothingToApprove_Exit1()
    {
        await using var world = await ClusterWorld.StartAsync();
        await world.PlanAsync("ended");
        await world.WriteStatusAsync(ApiResource.RebalancePlans, "ended", new RebalancePlanStatus { Phase = PlanPhases.Expired, Message = "node a is gone" });
        await world.PlanAsync("empty", empty: true);

        Assert.Equal(new Outcome(1, "", "RebalancePlan nobody does not exist\n"), await world.Run("approve", "nobody"));
        Assert.Equal(new Outcome(1, "", "RebalancePlan ended: status.phase is 'Expired', expected a plan that has not ended (node a is gone)\n"), await world.Run("approve", "ended"));
        Assert.Equal(new Outcome(1, "", "RebalancePlan empty: spec.moves is 'empty', expected moves to decide about\n"), await world.Run("approve", "empty"));
        Assert.Equal(1, (await world.Run("approve", "empty", "--note", new string('x', 1025))).Exit);
    }

    [Fact]
    public async Task PauseAndResume_EveryPolicy_ByAnnotation()
    {
        await using var world = await ClusterWorld.StartAsync();
        await world.PolicyAsync("day");
        await world.PolicyAsync("night");

        var paused = await world.Run("pause", "--reason", "incident");
        Assert.Equal(new Outcome(0, "RebalancePolicy day is paused: incident\nRebalancePolicy night is paused: incident\n", ""), paused);
        Assert.Equal("incident", await PausedAsync(world, "day"));

        Assert.Equal(new Outcome(0, "RebalancePolicy day was paused already: incident\n", ""), await world.Run("pause", "day"));
        Assert.Equal(new Outcome(0, "RebalancePolicy day goes on; it was paused: incident\n", ""), await world.Run("resume", "day"));
        Assert.Equal((null, "incident"), (await PausedAsync(world, "day"), await PausedAsync(world, "night")));
        Assert.Equal(new Outcome(0, "RebalancePolicy day was not paused\n", ""), await world.Run("resume", "day"));
        Assert.Equal(new Outcome(0, "RebalancePolicy day is paused: by system:admin\n", ""), await world.Run("pause", "day"));

        var document = await world.Json("resume");
        Assert.All(document.EnumerateArray(), p => Assert.False(p.GetProperty("paused").GetBoolean()));
    }

    [Fact]
    public async Task Pause_NoSuchPolicy_Exit1()
    {
        await using var world = await ClusterWorld.StartAsync();

        Assert.StartsWith("there is no RebalancePolicy in http", (await world.Run("pause")).Errors, StringComparison.Ordinal);
        await world.PolicyAsync("day");
        Assert.Equal(new Outcome(1, "", "RebalancePolicy night does not exist\n"), await world.Run("pause", "night"));
    }

    private static async Task<string?> PausedAsync(ClusterWorld world, string name)
        => (await world.Client.GetAsync<RebalancePolicy>(ApiResource.RebalancePolicies, null, name, default))!.Metadata.Annotations?.TryGetValue(Names.Paused, out var reason) == true ? reason : null;
}
