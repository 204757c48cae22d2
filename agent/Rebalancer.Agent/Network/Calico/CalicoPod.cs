namespace Rebalancer.Agent.Network.Calico;

/// <summary>Who an allocation of Calico's is for. Its records have no UID: a StatefulSet's pod and its copy differ by the node only, and by the handle.</summary>
internal sealed record CalicoPod(string Namespace, string Name, string Node)
{
    public override string ToString() => $"pod {Namespace}/{Name} on node {Node}";
}
