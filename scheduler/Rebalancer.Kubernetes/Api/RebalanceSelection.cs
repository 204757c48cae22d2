using k8s.Models;

namespace Rebalancer.Kubernetes.Api;

/// <summary>Nodes. What is left out is not asked; nothing at all matches every node.</summary>
public sealed class NodeSelection
{
    public IList<string>? InstanceTypes { get; set; }

    /// <summary>on-demand, spot or reserved.</summary>
    public IList<string>? CapacityTypes { get; set; }

    /// <summary>The node has all of them, with these values.</summary>
    public IDictionary<string, string>? Labels { get; set; }
}

/// <summary>Pods. What is left out is not asked; nothing at all matches every pod.</summary>
public sealed class PodSelection
{
    /// <summary>Only in these.</summary>
    public IList<string>? Namespaces { get; set; }

    /// <summary>Never in these.</summary>
    public IList<string>? ExcludedNamespaces { get; set; }

    public V1LabelSelector? Selector { get; set; }
}
