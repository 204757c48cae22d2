using Rebalancer.Agent.Network.Addresses;

namespace Rebalancer.Agent.Network;

/// <summary>Which adapter this node's CNI configuration asks for.</summary>
internal sealed class NetworkAdapters(NodeAddressing addressing, FlatNetwork own, IEnumerable<INetworkAdapter> others)
{
    /// <summary>Our own where nobody knows the network: it refuses, and says who gives addresses here.</summary>
    public INetworkAdapter OfNode()
    {
        _ = addressing.Network(out var giver);
        return others.FirstOrDefault(each => each.Ipam == giver) ?? own;
    }
}
