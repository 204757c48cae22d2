using k8s.Models;

namespace Rebalancer.Testing.Controllers;

/// <summary>What is free on a node by requests; negative when it is overcommitted.</summary>
internal readonly record struct NodeRoom(decimal CpuCores, decimal MemoryBytes, decimal Pods)
{
    /// <summary>kubelet's default, for a node that states none.</summary>
    private const decimal DefaultPods = 110;

    public static NodeRoom Of(V1Node node, IEnumerable<V1Pod> pods)
    {
        var allocatable = node.Status?.Allocatable ?? node.Status?.Capacity;
        var cpu = Quantity(allocatable, "cpu") ?? decimal.MaxValue / 2;
        var memory = Quantity(allocatable, "memory") ?? decimal.MaxValue / 2;
        var places = Quantity(allocatable, "pods") ?? DefaultPods;
        foreach (var pod in pods)
        {
            cpu -= Requested(pod, "cpu");
            memory -= Requested(pod, "memory");
            places--;
        }

        return new(cpu, memory, places);
    }

    /// <summary>A pod's effective request: its containers together, or its largest init container, and the overhead of its runtime class.</summary>
    public static decimal Requested(V1Pod pod, string resource)
    {
        var together = pod.Spec.Containers.Sum(c => Quantity(c.Resources?.Requests, resource) ?? 0);
        var largest = (pod.Spec.InitContainers ?? []).Select(c => Quantity(c.Resources?.Requests, resource) ?? 0).DefaultIfEmpty().Max();
        return Math.Max(together, largest) + (Quantity(pod.Spec.Overhead, resource) ?? 0);
    }

    private static decimal? Quantity(IDictionary<string, ResourceQuantity>? quantities, string resource) =>
        quantities is not null && quantities.TryGetValue(resource, out var quantity) ? quantity.ToDecimal() : null;
}
