using k8s.Models;
using Rebalancer.Model;

namespace Rebalancer.Kubernetes.Mapping;

/// <summary>
/// What a pod takes of its node, as kube-scheduler counts it: sidecars (init containers that restart always) run beside everything that starts after them,
/// other init containers run one at a time before the rest. See "Sidecar containers" in KEP-753.
/// </summary>
internal static class PodRequests
{
    public static ResourceSet Of(V1Pod pod, ICollection<InvalidField> problems)
    {
        var item = $"Pod {pod.Metadata.NamespaceProperty}/{pod.Metadata.Name}";
        var sidecars = ResourceSet.Empty;
        var largestInit = ResourceSet.Empty;
        foreach (var init in pod.Spec?.InitContainers ?? [])
        {
            var requests = Of(item, "spec.initContainers", init, problems);
            if (init.RestartPolicy == "Always")
            {
                sidecars += requests;
                largestInit = ResourceSet.Max(largestInit, sidecars);
            }
            else
            {
                largestInit = ResourceSet.Max(largestInit, sidecars + requests);
            }
        }

        var running = (pod.Spec?.Containers ?? []).Aggregate(sidecars, (sum, c) => sum + Of(item, "spec.containers", c, problems));
        var overhead = Quantities.ToModel(item, "spec.overhead", pod.Spec?.Overhead, problems);
        return ResourceSet.Max(running, largestInit) + overhead;
    }

    /// <summary>A limit without a request is the request, as the API server fills in.</summary>
    private static ResourceSet Of(string item, string list, V1Container container, ICollection<InvalidField> problems)
    {
        var field = $"{list}[{container.Name}].resources";
        var requests = Quantities.ToModel(item, field + ".requests", container.Resources?.Requests, problems);
        var limits = Quantities.ToModel(item, field + ".limits", container.Resources?.Limits, problems);
        return new ResourceSet(limits.Amounts.SetItems(requests.Amounts));
    }
}
