using k8s.Models;
using Rebalancer.Descheduler.Capacity;
using Rebalancer.Descheduler.Tests.World;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Rebalancing.Running;

namespace Rebalancer.Descheduler.Tests.EndToEnd;

/// <summary>A policy, half-empty nodes, and nobody who asks for a move: what a plan does by itself, and what it leaves alone.</summary>
public sealed class RebalanceTests
{
    [Fact]
    public async Task Auto_HalfEmptyNodes_DearOneIsEmptiedAndReleased()
    {
        await using var world = await ControllerWorld.StartAsync();
        var pods = await SetUpAsync(world);
        await PolicyTests.CreateAsync(world, Spec(PolicyModes.Auto));

        var plan = await UntilAsync(world, PlanPhases.Completed);

        Assert.All(pods, pod => Assert.Contains(plan.Status.Moves!, m => m.Pod == pod.Metadata.Name && m.Result == MoveResults.Succeeded));
        Assert.Equal(["dear"], plan.Spec.FreedNodes.Select(n => n.Name));
        Assert.All((await world.Pods()).Where(p => p.Metadata.DeletionTimestamp is null), p => Assert.Equal("cheap", p.Spec.NodeName));
        Assert.All(await world.Migrations(), m => Assert.Equal((plan.Metadata.Name, MoveReasons.Consolidation), (m.Metadata.Labels[Names.PlanLabel], m.Spec.Reason)));
        await ControllerWorld.Eventually("the empty node takes no pods and says since when", async () =>
            await NodeAsync(world, "dear") is var node && node.Metadata.Annotations?.ContainsKey(Names.EmptiedAt) == true && node.Spec.Taints?.Any(t => t.Key == Names.EmptyingTaint && t.Value == plan.Metadata.Name) == true);
        Assert.Empty(world.Nodes.Violations);
    }

    /// <summary>A pod that shares its host's network cannot move live; the policy lets it be evicted, and its ReplicaSet starts it anew.</summary>
    [Fact]
    public async Task Auto_PodCannotMoveLive_IsEvictedWhereThePolicySaysSo()
    {
        await using var world = await ControllerWorld.StartAsync();
        await world.CreateNodes(("dear", "0.90"), ("cheap", "0.10"));
        await world.RunPod("other", on: "cheap");
        var moves = await world.RunPod("bare", on: "dear");
        var pinned = await world.RunReplicaSet("proxy", on: "dear", rs => rs.Spec.Template.Spec.HostNetwork = true);
        var spec = Spec(PolicyModes.Auto);
        // It has just started.
        spec.CoolDowns!.Pod = "0s";
        spec.EvictedPods = new PodSelection { Selector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { ["app"] = "proxy" } } };
        await PolicyTests.CreateAsync(world, spec);

        var plan = await UntilAsync(world, PlanPhases.Completed);

        Assert.Equal(
            new Dictionary<string, string> { [moves.Metadata.Name] = MoveMethods.Migrate, [pinned.Metadata.Name] = MoveMethods.Evict },
            plan.Spec.Moves.ToDictionary(m => m.Pod, m => m.Method));
        Assert.All(plan.Status.Moves!, m => Assert.Equal(MoveResults.Succeeded, m.Result));
        Assert.Equal(moves.Metadata.Name, Assert.Single(await world.Migrations()).Spec.PodName);
        Assert.DoesNotContain(await world.Pods(), p => p.Metadata.Uid == pinned.Metadata.Uid);
        Assert.Contains(await world.Events(), e => e.Reason == "EvictedByPlan" && e.InvolvedObject.Uid == pinned.Metadata.Uid);
        Assert.Empty(world.Nodes.Violations);
    }

    [Fact]
    public async Task Auto_PodCannotMoveLive_ItsNodeStaysWithoutThePolicysWord()
    {
        await using var world = await ControllerWorld.StartAsync();
        await world.CreateNodes(("dear", "0.90"), ("cheap", "0.10"));
        var pinned = await world.RunReplicaSet("proxy", on: "dear", rs => rs.Spec.Template.Spec.HostNetwork = true);
        await PolicyTests.CreateAsync(world, Spec(PolicyModes.Auto));

        await ControllerWorld.Eventually("the policy says why", async () =>
            (await world.Client.GetAsync<RebalancePolicy>(ApiResource.RebalancePolicies, null, "default", default))!.Status.Conditions?.Any(c => c.Message.Contains(pinned.Metadata.Name, StringComparison.Ordinal)) == true);
        Assert.NotNull(await world.Pod(pinned.Metadata.Name));
    }

    /// <summary>The cluster's autoscaler is this test: it makes what the placeholder asks for.</summary>
    [Fact]
    public async Task Auto_CheaperMachineIsOnOffer_IsAskedForAndThePodsMoveThere()
    {
        await using var world = await ControllerWorld.StartAsync();
        await world.Client.CreateAsync(ApiResource.PriorityClasses, null, new V1PriorityClass { ApiVersion = "scheduling.k8s.io/v1", Kind = "PriorityClass", Metadata = new V1ObjectMeta { Name = Placeholder.PriorityClass }, Value = -5, PreemptionPolicy = "Never" }, default);
        await world.CreateNodes(("dear", "0.90"));
        await MakeTypeAsync(world, "dear", "m5.4xlarge");
        var pod = await world.RunReplicaSet("web", on: "dear");
        var spec = Spec(PolicyModes.Auto);
        spec.OfferedTypes = ["m5.large"];
        await PolicyTests.CreateAsync(world, spec);

        V1Pod? placeholder = null;
        await ControllerWorld.Eventually("a placeholder that is pending", async () => (placeholder = (await world.Pods()).FirstOrDefault(Placeholder.Is)) is { Spec.NodeName: null or "" });
        Assert.Equal(("m5.large", "on-demand"), (placeholder!.Spec.NodeSelector[Names.InstanceType], placeholder.Spec.NodeSelector[Names.CapacityTypeKarpenter]));
        Assert.Equal(PlanReasons.AwaitsNodes, (await UntilAsync(world, PlanPhases.Running)).Status.Reason);
        Assert.Empty(await world.Migrations());

        await world.CreateNodes(("came", "0.90"));
        await MakeTypeAsync(world, "came", "m5.large");

        var plan = await UntilAsync(world, PlanPhases.Completed);
        var arrived = Assert.Single(plan.Status.NewNodes!);
        Assert.Equal((Assert.Single(plan.Spec.NewNodes).Name, "came"), (arrived.Name, arrived.Node));
        Assert.Equal((pod.Metadata.Name, "came"), (Assert.Single(plan.Spec.Moves).Pod, Assert.Single(await world.Migrations()).Status.TargetNode));
        await ControllerWorld.Eventually("the placeholder is gone", async () => !(await world.Pods()).Any(Placeholder.Is));
        Assert.All((await world.Pods()).Where(p => p.Metadata.DeletionTimestamp is null), p => Assert.Equal("came", p.Spec.NodeName));
        Assert.Empty(world.Nodes.Violations);
    }

    [Fact]
    public async Task Recommend_Proposal_MovesOnlyWhenApproved()
    {
        await using var world = await ControllerWorld.StartAsync();
        await SetUpAsync(world);
        await PolicyTests.CreateAsync(world, Spec(PolicyModes.Recommend));

        var waiting = await UntilAsync(world, PlanPhases.Proposed);
        Assert.Equal(PlanReasons.AwaitsApproval, waiting.Status.Reason);
        Assert.Empty(await world.Migrations());

        await ApproveAsync(world, waiting, ApprovalDecisions.Approved);
        Assert.Equal(waiting.Metadata.Name, (await UntilAsync(world, PlanPhases.Completed)).Metadata.Name);
    }

    [Fact]
    public async Task Recommend_ProposalIsRejected_NothingMoves()
    {
        await using var world = await ControllerWorld.StartAsync();
        await SetUpAsync(world);
        await PolicyTests.CreateAsync(world, Spec(PolicyModes.Recommend));

        await ApproveAsync(world, await UntilAsync(world, PlanPhases.Proposed), ApprovalDecisions.Rejected);
        await UntilAsync(world, PlanPhases.Rejected);

        Assert.Empty(await world.Migrations());
    }

    [Fact]
    public async Task Observe_PlanIsKept_NothingMoves()
    {
        await using var world = await ControllerWorld.StartAsync();
        await SetUpAsync(world);
        await PolicyTests.CreateAsync(world, Spec(PolicyModes.Observe));

        Assert.Equal(PlanReasons.Observing, (await UntilAsync(world, PlanPhases.Proposed)).Status.Reason);

        Assert.Empty(await world.Migrations());
    }

    /// <summary>On-demand prices of the catalogue that ships: m5.large 0.096, c5.large 0.085. By their sizes both cost the same.</summary>
    [Fact]
    public async Task NodesWithoutAPriceOfTheirOwn_AreCountedAtTheCatalogues()
    {
        await using var world = await ControllerWorld.StartAsync();
        await SetUpAsync(world);
        await MakeTypeAsync(world, "dear", "m5.large");
        await MakeTypeAsync(world, "cheap", "c5.large");
        await PolicyTests.CreateAsync(world, Spec(PolicyModes.Observe));

        var plan = await UntilAsync(world, PlanPhases.Proposed);

        Assert.Equal(("0.181", "0.085"), (plan.Spec.Predicted.UsdPerHourBefore.Text, plan.Spec.Predicted.UsdPerHourAfter.Text));
        Assert.Equal(("dear", "0.096"), Assert.Single(plan.Spec.FreedNodes.Select(n => (n.Name, n.UsdPerHour.Text))));
    }

    [Fact]
    public async Task Auto_PausedPolicy_WaitsUntilItIsResumed()
    {
        await using var world = await ControllerWorld.StartAsync();
        await SetUpAsync(world);
        var policy = new RebalancePolicy { Metadata = new V1ObjectMeta { Name = "default", Annotations = new Dictionary<string, string> { [Names.Paused] = "the shop has a sale" } }, Spec = Spec(PolicyModes.Auto) };
        await world.Client.CreateAsync(ApiResource.RebalancePolicies, null, policy, default);

        var paused = await UntilAsync(world, PlanPhases.Proposed);
        Assert.Equal((PlanReasons.Paused, true), (paused.Status.Reason, paused.Status.Message!.Contains("the shop has a sale", StringComparison.Ordinal)));

        await world.Client.PatchAsync<RebalancePolicy>(ApiResource.RebalancePolicies, null, "default", new JsonPatch().Remove("/metadata/annotations"), default);
        await UntilAsync(world, PlanPhases.Completed);
    }

    /// <summary>
    /// The leader dies as soon as the plan runs; the next one finds it, and makes no move twice. A replacement that its owner makes while no webhook answers cannot be claimed, so that its move may be rolled back and is
    /// tried once more then.
    /// </summary>
    [Fact]
    public async Task Auto_LeaderRestartsWhileItRuns_PlanEndsWithEachMoveOnce()
    {
        await using var world = await ControllerWorld.StartAsync(new Rebalancer.Descheduler.Migrations.MoveLimits { PreparingSeconds = 5, ReplacementRemovalSeconds = 5 });
        var pods = await SetUpAsync(world);
        await PolicyTests.CreateAsync(world, Spec(PolicyModes.Auto));
        await UntilAsync(world, PlanPhases.Running);

        await world.StopControllerAsync();
        await world.StartControllerAsync();

        var plan = await UntilAsync(world, p => p is PlanPhases.Completed or PlanPhases.Stopped);
        var triesByPod = (await world.Migrations()).GroupBy(m => m.Spec.PodUID).ToList();
        Assert.Equal(pods.Length, triesByPod.Count);
        Assert.All(triesByPod, t => Assert.True(t.Count() == 1 || (t.Count() == 2 && t.Any(m => m.Status.Phase == Phases.RolledBack)), string.Join(", ", t.Select(m => $"{m.Metadata.Name} {m.Status.Phase}"))));
        Assert.All(plan.Status.Moves!, m => Assert.Contains(m.Result, new[] { MoveResults.Succeeded, MoveResults.RolledBack }));
        Assert.Equal(plan.Status.Phase == PlanPhases.Completed, plan.Status.Moves!.All(m => m.Result == MoveResults.Succeeded));
        Assert.Empty(world.Nodes.Violations);
    }

    internal static RebalancePolicySpec Spec(string mode) => new() { Mode = mode, CoolDowns = new CoolDownsSpec { Plan = "0s" }, DisruptionTolerance = new DecimalText("1000"), LeastSavingShare = new DecimalText("0") };

    private static async Task<V1Pod[]> SetUpAsync(ControllerWorld world)
    {
        await world.CreateNodes(("dear", "0.90"), ("cheap", "0.10"));
        await world.RunPod("other", on: "cheap");
        return [await world.RunReplicaSet("web", on: "dear"), await world.RunPod("bare", on: "dear")];
    }

    private static Task<V1Node> MakeTypeAsync(ControllerWorld world, string node, string instanceType)
    {
        var labels = new Dictionary<string, string> { [Names.InstanceType] = instanceType, [Names.Region] = "us-east-1", [Names.Arch] = "amd64", [Names.CapacityTypeKarpenter] = "on-demand" };
        var metadata = new Dictionary<string, object> { ["labels"] = labels, ["annotations"] = new Dictionary<string, string?> { [Names.CostUsdPerHour] = null } };
        return world.Client.MergeAsync<V1Node>(ApiResource.Nodes, null, node, new Dictionary<string, object> { ["metadata"] = metadata }, default);
    }

    internal static Task<RebalancePlan> UntilAsync(ControllerWorld world, string phase) => UntilAsync(world, p => p == phase);

    private static async Task<RebalancePlan> UntilAsync(ControllerWorld world, Func<string?, bool> phase)
    {
        RebalancePlan? found = null;
        var seen = "none";
        await ControllerWorld.Eventually(() => $"a plan in that phase; there are: {seen}", async () =>
        {
            using var page = await world.Client.ListPageAsync(ApiResource.RebalancePlans, "limit=500", default);
            var plans = page.RootElement.GetProperty("items").EnumerateArray().Select(i => k8s.KubernetesJson.Deserialize<RebalancePlan>(i)).ToList();
            seen = string.Join("; ", plans.Select(p => $"{p.Metadata.Name} {p.Status.Phase} {p.Status.Reason} {p.Status.Message}"));
            var policy = await world.Client.GetAsync<RebalancePolicy>(ApiResource.RebalancePolicies, null, "default", default);
            seen += " | " + string.Join("; ", (policy?.Status.Conditions ?? []).Select(c => $"{c.Type} {c.Status} {c.Reason} {c.Message}"));
            found = plans.Find(p => phase(p.Status.Phase));
            return found is not null;
        });
        return found!;
    }

    private static Task<RebalancePlan> ApproveAsync(ControllerWorld world, RebalancePlan plan, string decision)
        => world.Client.PatchAsync<RebalancePlan>(ApiResource.RebalancePlans, null, plan.Metadata.Name, new JsonPatch().Set("/spec/approval", new PlanApproval { Decision = decision, By = "anna" }), default);

    private static async Task<V1Node> NodeAsync(ControllerWorld world, string name) => (await world.Client.GetAsync<V1Node>(ApiResource.Nodes, null, name, default))!;
}
