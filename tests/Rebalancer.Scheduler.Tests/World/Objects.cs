using k8s.Models;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Scheduler.Tests.World;

/// <summary>Objects as a user or a node would write them.</summary>
internal static class Objects
{
    public const string Ns = "shop";

    public static V1Node Node(string name, string? cost = "0.10", params (string Key, string Value)[] annotations) => new()
    {
        ApiVersion = "v1",
        Kind = "Node",
        Metadata = new V1ObjectMeta
        {
            Name = name,
            Labels = new Dictionary<string, string> { [Names.Hostname] = name },
            Annotations = annotations.Concat(cost is null ? [] : [(Names.CostUsdPerHour, cost)]).ToDictionary(a => a.Item1, a => a.Item2),
        },
        Spec = new V1NodeSpec(),
        Status = new V1NodeStatus { Allocatable = Amounts("4", "8Gi", "110"), Conditions = [new V1NodeCondition { Type = "Ready", Status = "True" }] },
    };

    public static V1Pod Pod(string name, string? node = null, string cpu = "500m") => new()
    {
        ApiVersion = "v1",
        Kind = "Pod",
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = Ns, Labels = new Dictionary<string, string> { ["app"] = "web" } },
        Spec = new V1PodSpec
        {
            NodeName = node,
            Containers = [new V1Container { Name = "app", Image = "example/web:1", Resources = new V1ResourceRequirements { Requests = Amounts(cpu, "256Mi") } }],
        },
        Status = new V1PodStatus { Phase = node is null ? "Pending" : "Running" },
    };

    public static V1Pod Annotated(this V1Pod pod, params (string Key, string Value)[] annotations)
    {
        pod.Metadata.Annotations = annotations.ToDictionary(a => a.Key, a => a.Value);
        return pod;
    }

    private static Dictionary<string, ResourceQuantity> Amounts(string cpu, string memory, string? pods = null)
    {
        var amounts = new Dictionary<string, ResourceQuantity> { ["cpu"] = new(cpu), ["memory"] = new(memory) };
        if (pods is not null)
        {
            amounts["pods"] = new(pods);
        }

        return amounts;
    }
}
