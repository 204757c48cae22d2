using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;

namespace Rebalancer.Descheduler.Capacity;

/// <summary>
/// A pod that never needs to run: it asks for the room that a moving pod needs and finds nowhere. While it is pending Cluster Autoscaler and Karpenter make a node for it; on that node it keeps the room
/// until its move takes it. It has a priority below that of other pods, which may have its place.
/// </summary>
internal static class Placeholder
{
    public const string PriorityClass = "rebalancer-placeholder";
    private const string NamePrefix = "capacity-";

    public static bool Is(V1Pod pod) => pod.Metadata.Labels?.ContainsKey(Names.PlaceholderLabel) == true;

    /// <summary>UID of the Migration that it is for.</summary>
    public static string? MigrationOf(V1Pod pod) => pod.Metadata.Labels?.TryGetValue(Names.PlaceholderLabel, out var uid) == true ? uid : null;

    /// <param name="migration">That finds no room.</param>
    /// <param name="pod">The pod that it moves.</param>
    /// <param name="requests">What the scheduler counts for it.</param>
    /// <param name="source">The pod's node; its processor must be able to go on on the new one.</param>
    /// <param name="ns">Where Rebalancer's own objects are.</param>
    public static V1Pod Of(Migration migration, V1Pod pod, ResourceSet requests, V1Node? source, string ns) => new()
    {
        ApiVersion = "v1",
        Kind = "Pod",
        Metadata = new V1ObjectMeta
        {
            Name = NamePrefix + migration.Metadata.Uid,
            NamespaceProperty = ns,
            Labels = new Dictionary<string, string> { [Names.PlaceholderLabel] = migration.Metadata.Uid, ["app.kubernetes.io/part-of"] = "rebalancer" },
            Annotations = new Dictionary<string, string> { [Names.SafeToEvict] = "true" },
        },
        Spec = new V1PodSpec
        {
            PriorityClassName = PriorityClass,
            NodeSelector = Selector(pod, source),
            Affinity = pod.Spec.Affinity?.NodeAffinity is { } affinity ? new V1Affinity { NodeAffinity = affinity } : null,
            Tolerations = pod.Spec.Tolerations,
            SchedulerName = pod.Spec.SchedulerName,
            AutomountServiceAccountToken = false,
            EnableServiceLinks = false,
            TerminationGracePeriodSeconds = 0,
            SecurityContext = new V1PodSecurityContext { RunAsNonRoot = true, SeccompProfile = new V1SeccompProfile { Type = "RuntimeDefault" } },
            Containers =
            [
                new V1Container
                {
                    Name = "room",
                    // No such image: what it is for is done once it has a node.
                    Image = "localhost/rebalancer-placeholder",
                    ImagePullPolicy = "Never",
                    Resources = new V1ResourceRequirements { Requests = Quantities(requests) },
                    SecurityContext = new V1SecurityContext { AllowPrivilegeEscalation = false, Capabilities = new V1Capabilities { Drop = ["ALL"] } },
                },
            ],
        },
    };

    private static Dictionary<string, string>? Selector(V1Pod pod, V1Node? source)
    {
        var selector = new Dictionary<string, string>(pod.Spec.NodeSelector ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        if (source?.Metadata.Labels?.TryGetValue(Names.Arch, out var arch) == true) { selector[Names.Arch] = arch; }
        return selector.Count > 0 ? selector : null;
    }

    private static Dictionary<string, ResourceQuantity> Quantities(ResourceSet requests)
        => requests.Amounts.ToDictionary(r => r.Key, r => new ResourceQuantity(r.Value.ToString()), StringComparer.Ordinal);
}
