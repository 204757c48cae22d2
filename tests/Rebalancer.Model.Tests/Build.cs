using System.Collections.Immutable;
using Rebalancer.Policy.Constraints;

namespace Rebalancer.Model.Tests;

/// <summary>Small clusters for tests.</summary>
internal static class Build
{
    public const string Hostname = "kubernetes.io/hostname";
    public const string Zone = "topology.kubernetes.io/zone";

    public static NodeInfo Node(string name, string zone = "z1", string cpu = "4", string memory = "8Gi", int pods = 10) => new()
    {
        Name = name,
        Ready = true,
        AgentEndpoint = name + ":1",
        PodLimit = pods,
        Labels = Labels((Hostname, name), (Zone, zone)),
        Allocatable = Resources(("cpu", cpu), ("memory", memory), ("pods", $"{pods}")),
    };

    public static PodInfo Pod(string name, string node = "", string app = "", string cpu = "100m", string memory = "64Mi") => new()
    {
        Namespace = "ns",
        Name = name,
        Uid = name,
        NodeName = node,
        Phase = node.Length > 0 ? "Running" : "Pending",
        Labels = Labels(("app", app.Length > 0 ? app : name)),
        Requests = Resources(("cpu", cpu), ("memory", memory)),
    };

    public static PodInfo With(this PodInfo pod, Func<Placement, Placement> change) => pod with { Placement = change(pod.Placement) };

    public static PodInfo Asks(this PodInfo pod, string resource, string amount)
        => pod with { Requests = new ResourceSet(pod.Requests.Amounts.SetItem(resource, Quantity.Parse(amount))) };

    public static NodeInfo Offers(this NodeInfo node, string resource, string amount)
        => node with { Allocatable = new ResourceSet(node.Allocatable.Amounts.SetItem(resource, Quantity.Parse(amount))) };

    public static NodeInfo Labelled(this NodeInfo node, string key, string value) => node with { Labels = node.Labels.SetItem(key, value) };

    public static PodTerm Near(string app, string key = Hostname, string ns = "ns") => new(App(app), [ns], key);

    public static LabelSelector App(string app) => new([new Requirement("app", "In", [app])]);

    public static ClusterSnapshot Cluster(ImmutableArray<NodeInfo> nodes, params PodInfo[] pods) => new(nodes, [.. pods], []);

    /// <summary>The verdict on the pod for a node, as for one that is not placed yet.</summary>
    public static RejectionKind Verdict(ClusterSnapshot snapshot, PodInfo pod, string node)
    {
        var index = new ClusterIndex(snapshot, [pod]);
        return new Occupancy(index).Check(index.PodNumber(pod), index.NodeNumber(node));
    }

    public static ImmutableDictionary<string, string> Labels(params (string Key, string Value)[] labels) => labels.ToImmutableDictionary(l => l.Key, l => l.Value);

    public static ResourceSet Resources(params (string Name, string Amount)[] amounts)
        => ResourceSet.Of([.. amounts.Select(a => (a.Name, Quantity.Parse(a.Amount)))]);
}
