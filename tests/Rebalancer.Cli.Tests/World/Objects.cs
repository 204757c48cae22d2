using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Cli.Tests.World;

/// <summary>Objects as users, nodes and the descheduler would write them.</summary>
internal static class Objects
{
    public static async Task NodeAsync(this ClusterWorld world, string name, string? costUsdPerHour = "0.1", bool agent = true)
    {
        var annotations = new Dictionary<string, string>();
        if (costUsdPerHour is not null) { annotations[Names.CostUsdPerHour] = costUsdPerHour; }
        if (agent) { annotations[Names.AgentEndpoint] = name + ":9551"; }
        var node = new V1Node
        {
            ApiVersion = "v1",
            Kind = "Node",
            Metadata = new V1ObjectMeta { Name = name, Labels = new Dictionary<string, string> { [Names.Hostname] = name, [Names.InstanceType] = "m5.large", [Names.Zone] = "z1", [Names.Arch] = "amd64" }, Annotations = annotations },
            Spec = new V1NodeSpec(),
            Status = new V1NodeStatus { Allocatable = Amounts(), Capacity = Amounts(), Conditions = [new V1NodeCondition { Type = "Ready", Status = "True" }] },
        };
        await world.Client.CreateAsync(ApiResource.Nodes, null, node, default);
        await world.Client.MergeAsync<V1Node>(ApiResource.Nodes, null, name, new Dictionary<string, object> { ["status"] = node.Status }, default, "status");
    }

    /// <param name="condition">Status of LiveMigratable; null: the descheduler has not looked.</param>
    public static async Task<V1Pod> PodAsync(this ClusterWorld world, string name, string node, string? condition = "True", Action<V1Pod>? with = null)
    {
        var pod = new V1Pod
        {
            ApiVersion = "v1",
            Kind = "Pod",
            Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = ClusterWorld.Ns },
            Spec = new V1PodSpec
            {
                NodeName = node,
                Containers = [new V1Container { Name = "app", Image = "redis:7", Resources = new V1ResourceRequirements { Requests = new Dictionary<string, ResourceQuantity> { ["cpu"] = new("500m"), ["memory"] = new("1Gi") } } }],
            },
        };
        with?.Invoke(pod);
        await world.Client.CreateAsync(ApiResource.Pods, ClusterWorld.Ns, pod, default);
        var conditions = condition is null ? [] : new[] { new V1PodCondition { Type = Names.LiveMigratable, Status = condition, Reason = condition == "True" ? "Movable" : Reasons.IoUring, Message = condition == "True" ? null : "it uses io_uring" } };
        return await world.Client.MergeAsync<V1Pod>(ApiResource.Pods, ClusterWorld.Ns, name, new Dictionary<string, object> { ["status"] = new V1PodStatus { Phase = "Running", Conditions = conditions } }, default, "status");
    }

    public static Task<RebalancePolicy> PolicyAsync(this ClusterWorld world, string name, RebalancePolicySpec? spec = null)
        => world.Client.CreateAsync(ApiResource.RebalancePolicies, null, new RebalancePolicy { Metadata = new V1ObjectMeta { Name = name }, Spec = spec ?? new RebalancePolicySpec { Mode = PolicyModes.Recommend } }, default);

    public static Task<RebalancePlan> PlanAsync(this ClusterWorld world, string name, string policy = "default", bool empty = false)
        => world.Client.CreateAsync(ApiResource.RebalancePlans, null, new RebalancePlan
        {
            Metadata = new V1ObjectMeta { Name = name },
            Spec = new RebalancePlanSpec
            {
                PolicyName = policy,
                Verdict = PlanVerdicts.Act,
                Reason = "saves $0.1/h",
                Predicted = new PredictedSavings
                {
                    UsdPerHourBefore = new("0.3"), UsdPerHourAfter = new("0.2"), UsdPerHourSaved = new("0.1"), UsdPerHourRiskAndWishes = new("0"), UsdMoving = new("0.01"), UsdNetBenefit = new("2.39"), StableHours = new("24"), Moves = 1, Pods = 3,
                },
                Moves = empty ? [] : [new PlanMove { Wave = 1, Namespace = ClusterWorld.Ns, Pod = "redis", PodUID = "u", SourceNode = "a", TargetNode = "b", UsdCost = new("0.01"), Reason = MoveReasons.Consolidation }],
            },
        }, default);

    public static Task WriteStatusAsync(this ClusterWorld world, ApiResource resource, string name, object status)
        => world.Client.MergeAsync<System.Text.Json.JsonDocument>(resource, null, name, new Dictionary<string, object> { ["status"] = status }, default, "status");

    private static Dictionary<string, ResourceQuantity> Amounts() => new() { ["cpu"] = new("4"), ["memory"] = new("8Gi"), ["pods"] = new("110") };
}
