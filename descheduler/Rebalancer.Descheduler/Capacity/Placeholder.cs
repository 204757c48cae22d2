using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Model;
using Rebalancer.Rebalancing.Running;

namespace Rebalancer.Descheduler.Capacity;

/// <summary>
/// A pod that never needs to run: it asks for the room that moving pods need and find nowhere. While it is pending Cluster Autoscaler and Karpenter make a node for it; on that node it keeps the room
/// until a move takes it. It has a priority below that of other pods, which may have its place.
/// </summary>
internal static class Placeholder
{
    public const string PriorityClass = "rebalancer-placeholder";
    private const string NamePrefix = "capacity-";
    private static readonly string[] KindLabels = [Names.Zone, Names.Arch, Names.CapacityTypeKarpenter, Names.CapacityTypeEks, Names.CapacityTypeGkeSpot, Names.CapacityTypeAzure];

    public static bool Is(V1Pod pod) => pod.Metadata.Labels?.ContainsKey(Names.PlaceholderLabel) == true;

    /// <summary>Who needs it: a Migration by its UID, or a plan's new node (<see cref="NewNodes.KeyOf"/>).</summary>
    public static string? KeyOf(V1Pod pod) => pod.Metadata.Labels?.TryGetValue(Names.PlaceholderLabel, out var key) == true ? key : null;

    public static string NameOf(string key) => NamePrefix + key;

    /// <summary>Room for one pod that has to leave.</summary>
    /// <param name="migration">That finds no room.</param>
    /// <param name="pod">The pod that it moves.</param>
    /// <param name="requests">What the scheduler counts for it.</param>
    /// <param name="source">The pod's node; its processor must be able to go on on the new one.</param>
    /// <param name="ns">Where Rebalancer's own objects are.</param>
    public static V1Pod Of(Migration migration, V1Pod pod, ResourceSet requests, V1Node? source, string ns)
    {
        var placeholder = Of(migration.Metadata.Uid, requests, ns);
        placeholder.Spec.NodeSelector = Selector(pod, source);
        placeholder.Spec.Affinity = pod.Spec.Affinity?.NodeAffinity is { } affinity ? new V1Affinity { NodeAffinity = affinity } : null;
        placeholder.Spec.Tolerations = pod.Spec.Tolerations;
        placeholder.Spec.SchedulerName = pod.Spec.SchedulerName;
        return placeholder;
    }

    /// <summary>Room for all that a plan moves to one new node, on a node of its own.</summary>
    /// <param name="plan">Begun.</param>
    /// <param name="number">Of the new node.</param>
    /// <param name="pods">That are to move to it, as far as they are there.</param>
    /// <param name="like">The node whose labels and taints it is to have; null: it is gone by now.</param>
    /// <param name="ns">Where Rebalancer's own objects are.</param>
    public static V1Pod Of(RebalancePlan plan, int number, IReadOnlyCollection<V1Pod> pods, V1Node? like, string ns)
    {
        var placeholder = Of(NewNodes.KeyOf(plan, number), pods.Select(p => PodMapping.ToModel(p, []).Requests).Aggregate(ResourceSet.Empty, (sum, each) => sum + each), ns);
        placeholder.Metadata.Labels[Names.PlanLabel] = plan.Metadata.Name;
        placeholder.Spec.NodeSelector = Selector(plan.Spec.NewNodes[number].InstanceType, pods, like);
        placeholder.Spec.Tolerations =
        [
            .. (like?.Spec.Taints ?? []).Where(t => !IsPassing(t)).Select(t => new V1Toleration { Key = t.Key, OperatorProperty = t.Value is { Length: > 0 } ? "Equal" : "Exists", Value = t.Value, Effect = t.Effect }),
        ];
        placeholder.Spec.Affinity = new V1Affinity
        {
            PodAntiAffinity = new V1PodAntiAffinity
            {
                RequiredDuringSchedulingIgnoredDuringExecution =
                    [new V1PodAffinityTerm { TopologyKey = Names.Hostname, LabelSelector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { [Names.PlanLabel] = plan.Metadata.Name } } }],
            },
        };
        return placeholder;
    }

    private static V1Pod Of(string key, ResourceSet requests, string ns) => new()
    {
        ApiVersion = "v1",
        Kind = "Pod",
        Metadata = new V1ObjectMeta
        {
            Name = NameOf(key),
            NamespaceProperty = ns,
            Labels = new Dictionary<string, string> { [Names.PlaceholderLabel] = key, ["app.kubernetes.io/part-of"] = "rebalancer" },
            Annotations = new Dictionary<string, string> { [Names.SafeToEvict] = "true" },
        },
        Spec = new V1PodSpec
        {
            PriorityClassName = PriorityClass,
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

    /// <summary>The kind of machine that was planned, where its like is, with whatever the pods ask of their node.</summary>
    private static Dictionary<string, string> Selector(string instanceType, IEnumerable<V1Pod> pods, V1Node? like)
    {
        var selector = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (label, value) in pods.SelectMany(p => p.Spec.NodeSelector ?? new Dictionary<string, string>())) { selector[label] = value; }
        foreach (var label in KindLabels)
        {
            if (like?.Metadata.Labels?.TryGetValue(label, out var value) == true) { selector[label] = value; }
        }

        selector[Names.InstanceType] = instanceType;
        return selector;
    }

    /// <summary>Taints of a node's state, which another node of its kind does not have.</summary>
    private static bool IsPassing(V1Taint taint) => taint.Key.StartsWith("node.kubernetes.io/", StringComparison.Ordinal) || taint.Key.StartsWith(Names.Group + "/", StringComparison.Ordinal);

    private static Dictionary<string, ResourceQuantity> Quantities(ResourceSet requests)
        => requests.Amounts.ToDictionary(r => r.Key, r => new ResourceQuantity(r.Value.ToString()), StringComparer.Ordinal);
}
