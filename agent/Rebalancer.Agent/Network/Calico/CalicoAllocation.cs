namespace Rebalancer.Agent.Network.Calico;

/// <summary>An address that a block has given out.</summary>
/// <param name="Handle">What it is released by: "k8s-pod-network." and the sandbox's id. "": none, as in records of etcd's days.</param>
/// <param name="Pod">Null: no pod's (a tunnel's), or a virtual machine's, whose address Calico itself takes along.</param>
/// <param name="FormerHandle">Where an earlier move has handed it over: the handle that had it before. Else "".</param>
internal sealed record CalicoAllocation(string Handle, CalicoPod? Pod, string FormerHandle)
{
    public override string ToString() => $"{Pod?.ToString() ?? "no pod"}, handle '{Handle}'";
}
