using k8s.Models;

namespace Rebalancer.Testing.Tests;

/// <summary>Objects that tests begin with.</summary>
internal static class Samples
{
    public static V1Pod Pod(string name, string? node = null, string? app = null, string? cpu = null) => new()
    {
        Metadata = new() { Name = name, Labels = app is null ? null : new Dictionary<string, string> { ["app"] = app } },
        Spec = Spec(node, cpu),
    };

    public static V1PodSpec Spec(string? node = null, string? cpu = null) => new()
    {
        NodeName = node,
        Containers =
        [
            new()
            {
                Name = "main",
                Image = "redis:7",
                Resources = cpu is null ? null : new() { Requests = new Dictionary<string, ResourceQuantity> { ["cpu"] = new(cpu) } },
            },
        ],
    };

    public static V1ReplicaSet ReplicaSet(string name, int replicas) => new()
    {
        Metadata = new() { Name = name },
        Spec = new()
        {
            Replicas = replicas,
            Selector = new() { MatchLabels = new Dictionary<string, string> { ["app"] = name } },
            Template = new() { Metadata = new() { Labels = new Dictionary<string, string> { ["app"] = name } }, Spec = Spec() },
        },
    };

    public static V1StatefulSet StatefulSet(string name, int replicas) => new()
    {
        Metadata = new() { Name = name },
        Spec = new()
        {
            Replicas = replicas,
            ServiceName = name + "-headless",
            Selector = new() { MatchLabels = new Dictionary<string, string> { ["app"] = name } },
            Template = new() { Metadata = new() { Labels = new Dictionary<string, string> { ["app"] = name } }, Spec = Spec() },
        },
    };

    public static V1Job Job(string name, int completions = 1, int parallelism = 1)
    {
        var spec = Spec();
        spec.RestartPolicy = "Never";
        return new() { Metadata = new() { Name = name }, Spec = new() { Completions = completions, Parallelism = parallelism, Template = new() { Spec = spec } } };
    }
}
