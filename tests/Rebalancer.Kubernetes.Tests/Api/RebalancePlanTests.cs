using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Testing;

namespace Rebalancer.Kubernetes.Tests.Api;

/// <summary>A plan is a record: what was planned, who approved it and how it ended cannot be changed afterwards. The API server sees to it.</summary>
public sealed class RebalancePlanTests
{
    public static TheoryData<string, string> Changes => new()
    {
        { "/spec/policyName", "\"other\"" },
        { "/spec/policyGeneration", "2" },
        { "/spec/verdict", "\"NoBenefit\"" },
        { "/spec/reason", "\"because\"" },
        { "/spec/predicted/usdPerHourSaved", "\"9\"" },
        { "/spec/newNodes", "[{\"name\": \"new\", \"instanceType\": \"m5.large\", \"like\": \"n1\", \"usdPerHour\": \"0.1\"}]" },
        { "/spec/moves/0/targetNode", "\"n3\"" },
        { "/spec/freedNodes", "[]" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Spec_ChangedAfterwards_IsRefused(string path, string value)
    {
        await using var cluster = await Cluster.StartAsync();
        await cluster.CreateAsync(Plan());

        Assert.Contains("immutable", await cluster.RefusalAsync(new JsonPatch().Set(path, System.Text.Json.JsonDocument.Parse(value).RootElement)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Approval_IsGivenOnce()
    {
        await using var cluster = await Cluster.StartAsync();
        await cluster.CreateAsync(Plan());

        var approved = await cluster.PatchAsync(new JsonPatch().Set("/spec/approval", new PlanApproval { Decision = ApprovalDecisions.Approved, By = "anna" }));

        Assert.Equal((ApprovalDecisions.Approved, "anna"), (approved.Spec.Approval!.Decision, approved.Spec.Approval.By));
        Assert.Contains("given once", await cluster.RefusalAsync(new JsonPatch().Set("/spec/approval/decision", ApprovalDecisions.Rejected)), StringComparison.Ordinal);
        Assert.Contains("given once", await cluster.RefusalAsync(new JsonPatch().Remove("/spec/approval")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Approval_OfAPlanWithoutMoves_IsRefused()
    {
        await using var cluster = await Cluster.StartAsync();
        var plan = Plan();
        plan.Spec.Moves = [];
        await cluster.CreateAsync(plan);

        Assert.Contains("nothing to approve", await cluster.RefusalAsync(new JsonPatch().Set("/spec/approval", new PlanApproval { Decision = ApprovalDecisions.Approved })), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_EndedPlanAndFormerLeader_StayAsTheyAre()
    {
        await using var cluster = await Cluster.StartAsync();
        await cluster.CreateAsync(Plan());
        await cluster.PatchAsync(new JsonPatch().Set("/status", new RebalancePlanStatus { Phase = PlanPhases.Running, LeaderEpoch = 5 }), "status");

        Assert.Contains("never decreases", await cluster.RefusalAsync(new JsonPatch().Set("/status/leaderEpoch", 4), "status"), StringComparison.Ordinal);
        var ended = await cluster.PatchAsync(new JsonPatch().Set("/status/phase", PlanPhases.Completed).Set("/status/realised", new RealisedSavings { UsdPerHourSaved = new DecimalText(0.5m), NodesGone = 1 }), "status");
        Assert.Equal("0.5", ended.Status.Realised!.UsdPerHourSaved?.Text);
        Assert.Contains("has ended", await cluster.RefusalAsync(new JsonPatch().Set("/status/phase", PlanPhases.Running), "status"), StringComparison.Ordinal);
    }

    private static RebalancePlan Plan() => new()
    {
        Metadata = new V1ObjectMeta { Name = "plan" },
        Spec = new RebalancePlanSpec
        {
            PolicyName = "default",
            PolicyGeneration = 1,
            Verdict = PlanVerdicts.Act,
            Reason = "saves $0.5/h of $1/h",
            Predicted = new PredictedSavings
            {
                UsdPerHourBefore = new DecimalText(1m),
                UsdPerHourAfter = new DecimalText(0.5m),
                UsdPerHourSaved = new DecimalText(0.5m),
                UsdPerHourRiskAndWishes = new DecimalText(-0.001m),
                UsdMoving = new DecimalText(0.01m),
                UsdNetBenefit = new DecimalText(11.9m),
                StableHours = new DecimalText(24m),
                Moves = 1,
                Pods = 2,
            },
            Moves = [new PlanMove { Wave = 1, Namespace = "shop", Pod = "web", PodUID = "u", SourceNode = "n1", TargetNode = "n2", UsdCost = new DecimalText(0.01m), Reason = MoveReasons.Consolidation }],
            FreedNodes = [new PlanFreedNode { Name = "n1", UsdPerHour = new DecimalText(0.5m) }],
        },
    };

    private sealed class Cluster(ApiServer api, k8s.Kubernetes connection) : IAsyncDisposable
    {
        private readonly ApiClient client = new(connection);

        public static async Task<Cluster> StartAsync()
        {
            var api = await ApiServer.StartAsync(new ApiServerOptions { CrdFolders = [Path.Combine(CrdSchemaTests.Repository(), "manifests", "crds")] }, CancellationToken.None);
            return new Cluster(api, api.CreateClient());
        }

        public Task<RebalancePlan> CreateAsync(RebalancePlan plan) => client.CreateAsync(ApiResource.RebalancePlans, null, plan, default);

        public Task<RebalancePlan> PatchAsync(JsonPatch patch, string? subresource = null) => client.PatchAsync<RebalancePlan>(ApiResource.RebalancePlans, null, "plan", patch, default, subresource);

        public async Task<string> RefusalAsync(JsonPatch patch, string? subresource = null) => (await Assert.ThrowsAsync<ApiException>(() => PatchAsync(patch, subresource))).Message;

        public async ValueTask DisposeAsync()
        {
            connection.Dispose();
            await api.DisposeAsync();
        }
    }
}
