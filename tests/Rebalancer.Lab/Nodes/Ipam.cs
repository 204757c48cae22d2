namespace Rebalancer.Lab.Nodes;

/// <summary>Who gives the nodes' pods their addresses.</summary>
public enum Ipam
{
    /// <summary>The stock plugin, a range for each node. Needs no agent.</summary>
    HostLocal,

    /// <summary>rebalancer-ipam: one range for the cluster, given out by the agents.</summary>
    Rebalancer,
}
