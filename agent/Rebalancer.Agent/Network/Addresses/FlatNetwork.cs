using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Network.Addresses;

/// <summary>The network whose addresses rebalancer-ipam gives: a flat bridge, and a PodAddress for each.</summary>
internal sealed class FlatNetwork(AddressPreflight preflight, CniAnswers cni) : INetworkAdapter
{
    public string Ipam => NodeAddressing.Ours;

    public Task RequireAsync(Migration migration, CancellationToken cancellation) => preflight.RequireAsync(migration, cancellation);

    public Task HandOverAsync(Migration migration, CancellationToken cancellation) => cni.HandOverAsync(migration, cancellation);
}
