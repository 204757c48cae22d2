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
                requests = ResourceSet.Max(requests, Running(item, pod.Status?.InitContainerStatuses, init.Name, problems));
                sidecars += requests;
                largestInit = ResourceSet.Max(largestInit, sidecars);
            }
            else
            {
                largestInit = ResourceSet.Max(largestInit, sidecars + requests);
            }
        }

        var running = (pod.Spec?.Containers ?? []).Aggregate(
            sidecars,
            (sum, c) => sum + ResourceSet.Max(Of(item, "spec.containers", c, problems), Running(item, pod.Status?.ContainerStatuses, c.Name, problems)));
        var overhead = Quantities.ToModel(item, "spec.overhead", pod.Spec?.Overhead, problems);
        return OfPod(item, pod, ResourceSet.Max(running, largestInit), problems) + overhead;
    }

    /// <summary>Resources of the pod as a whole (spec.resources) stand instead of the containers' sum, name by name (KEP-2837).</summary>
    private static ResourceSet OfPod(string item, V1Pod pod, ResourceSet containers, ICollection<InvalidField> problems)
    {
        var requests = Quantities.ToModel(item, "spec.resources.requests", pod.Spec?.Resources?.Requests, problems);
        return new ResourceSet(containers.Amounts.SetItems(requests.Amounts));
    }

    /// <summary>While a container is being resized in place, the scheduler counts the larger of what is asked for and what it still holds (KEP-1287).</summary>
    private static ResourceSet Running(string item, IList<V1ContainerStatus>? all, string container, ICollection<InvalidField> problems)
    {
        if (all?.FirstOrDefault(s => s.Name == container) is not { } status)
        {
            return ResourceSet.Empty;
        }

        var field = $"status.containerStatuses[{container}]";
        return ResourceSet.Max(
            Quantities.ToModel(item, field + ".allocatedResources", status.AllocatedResources, problems),
            Quantities.ToModel(item, field + ".resources.requests", status.Resources?.Requests, problems));
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
