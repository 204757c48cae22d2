using k8s.Models;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Tests.World;

/// <summary>Objects as a user or a node would write them.</summary>
internal static class Builders
{
    public static V1Node Node(string name, string costUsdPerHour = "0.10") => new()
    {
        ApiVersion = "v1",
        Kind = "Node",
        Metadata = new V1ObjectMeta
        {
            Name = name,
            Labels = new Dictionary<string, string> { [Names.Hostname] = name },
            Annotations = new Dictionary<string, string> { [Names.AgentEndpoint] = name + ":9551", [Names.CostUsdPerHour] = costUsdPerHour },
        },
        Spec = new V1NodeSpec(),
        Status = new V1NodeStatus
        {
            Allocatable = Resources("4", "8Gi", ("pods", "110")),
            Capacity = Resources("4", "8Gi", ("pods", "110")),
            Conditions = [new V1NodeCondition { Type = "Ready", Status = "True" }],
        },
    };

    public static V1Pod Pod(string name, string? node) => new()
    {
        ApiVersion = "v1",
        Kind = "Pod",
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = ControllerWorld.Ns, Labels = new Dictionary<string, string> { ["app"] = name } },
        Spec = PodSpec(node),
    };

    public static V1PodSpec PodSpec(string? node = null) => new()
    {
        NodeName = node,
        Containers = [new V1Container { Name = "app", Image = "redis:7", Resources = new V1ResourceRequirements { Requests = Resources("100m", "128Mi") } }],
    };

    public static V1ReplicaSet ReplicaSet(string name, int replicas)
    {
        var labels = new Dictionary<string, string> { ["app"] = name, [Names.PodTemplateHash] = "abc" };
        return new V1ReplicaSet
        {
            ApiVersion = "apps/v1",
            Kind = "ReplicaSet",
            Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = ControllerWorld.Ns, Labels = labels },
            Spec = new V1ReplicaSetSpec
            {
                Replicas = replicas,
                Selector = new V1LabelSelector { MatchLabels = labels },
                Template = new V1PodTemplateSpec { Metadata = new V1ObjectMeta { Labels = labels }, Spec = PodSpec() },
            },
        };
    }

    private static Dictionary<string, ResourceQuantity> Resources(string cpu, string memory, params (string Name, string Amount)[] more)
    {
        var all = new Dictionary<string, ResourceQuantity> { ["cpu"] = new(cpu), ["memory"] = new(memory) };
        foreach (var (name, amount) in more)
        {
            all[name] = new ResourceQuantity(amount);
        }

        return all;
    }
}
