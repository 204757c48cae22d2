using Rebalancer.Lab.Cri;
using Rebalancer.Lab.Nodes;

namespace Rebalancer.Lab.Kubelet;

/// <summary>The node as its kubelet sees it.</summary>
/// <param name="Root">The node's root folder as this process sees it.</param>
/// <param name="CgroupParent">Cgroup path below which the pods' cgroups are.</param>
internal sealed record KubeletNode(LabNodeOptions Options, string Address, string Root, NodeNamespaces Namespaces, string CgroupParent, CriClient Cri)
{
    public string Name => Options.Name;

    /// <summary>Path of a node's file for this process.</summary>
    public string Seen(string nodePath) => Root + nodePath;
}
