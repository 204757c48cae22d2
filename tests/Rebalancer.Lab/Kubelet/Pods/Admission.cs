using System.Globalization;
using k8s.Models;
using Rebalancer.Lab.Kubelet.Status;

namespace Rebalancer.Lab.Kubelet.Pods;

/// <summary>Whether the node admits a pod: room, node selector and required node affinity. What a scheduler checks kubelet checks again, for pods that were bound without one.</summary>
internal static class Admission
{
    /// <returns>Null: admitted; otherwise kubelet's reason and a message.</returns>
    public static (string Reason, string Message)? Refusal(V1Pod pod, V1Node node, IEnumerable<V1Pod> others)
    {
        var running = others.Where(other => other.Uid() != pod.Uid() && !PodPhases.IsTerminal(other.Status?.Phase)).ToArray();
        if (NodeAffinity.Refusal(pod, node) is { } mismatch)
        {
            return ("NodeAffinity", mismatch);
        }

        if (running.Length + 1 > node.Status.Allocatable["pods"].ToDecimal())
        {
            return ("OutOfpods", $"Node didn't have enough resource: pods, requested: 1, used: {running.Length}");
        }

        foreach (var kind in (string[])["cpu", "memory"])
        {
            var (requested, used, capacity) = (Request(pod, kind), running.Sum(other => Request(other, kind)), node.Status.Allocatable[kind].ToDecimal());
            if (requested > 0 && requested + used > capacity)
            {
                return ($"OutOf{kind}", string.Create(CultureInfo.InvariantCulture, $"Node didn't have enough resource: {kind}, requested: {requested}, used: {used}, capacity: {capacity}"));
            }
        }

        return null;
    }

    /// <summary>What a pod reserves: its containers together, or its largest init container.</summary>
    private static decimal Request(V1Pod pod, string kind) => Math.Max(
        pod.Spec.Containers.Sum(container => QosClass.Request(container, kind) ?? 0),
        (pod.Spec.InitContainers ?? []).Select(container => QosClass.Request(container, kind) ?? 0).DefaultIfEmpty().Max());
}
