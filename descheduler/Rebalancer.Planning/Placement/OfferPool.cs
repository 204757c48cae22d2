using Rebalancer.Model;
using Rebalancer.Policy;
using Rebalancer.Policy.Cost.Catalogue;

namespace Rebalancer.Planning.Placement;

/// <summary>Nodes that differ in nothing but their size, and the types that can be had in their place.</summary>
internal sealed class OfferPool
{
    /// <summary>Nodes on offer for each node that is there, all types together.</summary>
    private const double Plenty = 1;

    /// <summary>Of the least useful type.</summary>
    private const int LeastOfType = 2;

    /// <summary>How fast the number falls with the share of a type's price that buys nothing: to a third for 5 %.</summary>
    private const double Choosiness = 20;

    private readonly NodeInfo[] nodes;
    private readonly PlanPolicy policy;
    private readonly Dictionary<(long Cpu, long Memory), int> pods;

    /// <param name="nodes">In name order; the first is the model of the offers.</param>
    /// <param name="pods">How many ask for so many thousandths of a processor and bytes of memory, daemons left out.</param>
    public OfferPool(NodeInfo[] nodes, PlanPolicy policy, Dictionary<(long Cpu, long Memory), int> pods)
    {
        (this.nodes, this.policy, this.pods) = (nodes, policy, pods);
        Types = [.. policy.OfferedTypes.Order(StringComparer.Ordinal).Select(Ec2Catalogue.Instance.Types.GetValueOrDefault).OfType<InstanceType>().Where(t => t.Arch == Model.Machine.Arch)];
    }

    public NodeInfo Model => nodes[0];

    public InstanceType[] Types { get; }

    /// <summary>How many of each type may be of use: more of those that hold much of what the pool's pods ask for, for their price.</summary>
    public int[] Counts()
    {
        var machines = Array.ConvertAll(Types, t => (t.Allocatable[ResourceSet.Cpu].MilliUnits, t.Allocatable[ResourceSet.Memory].Units, PriceOf(t)));
        var (cpu, memory) = (pods.Sum(p => p.Key.Cpu * p.Value), pods.Sum(p => p.Key.Memory * p.Value));
        var prices = ShadowPrices.Of(pods.Select(p => (p.Key.Cpu, p.Key.Memory, p.Value)), machines);
        var weights = Array.ConvertAll(machines, m => Math.Exp(-Choosiness * (1 - prices.Potential(m.Item1, m.Item2) / Math.Max(1, m.Item3))));
        var perWeight = Plenty * nodes.Length / Math.Max(double.Epsilon, weights.Sum());
        return [.. machines.Select((m, i) => Math.Min(Math.Min(policy.Limits.NewNodes, MostOf(m.Item1, cpu, m.Item2, memory)), LeastOfType + (int)Math.Ceiling(weights[i] * perWeight)))];
    }

    /// <summary>Millionths of a dollar per hour.</summary>
    private long PriceOf(InstanceType type)
        => (long)(policy.Pricing.PriceOf(Model.Machine with { InstanceType = type.Name, CpuFeatures = [] }, type.Allocatable).PerHour.Usd * (decimal)PlacementProblem.MicrosPerUsd);

    /// <summary>So many hold all pods, with some room for what does not fit together.</summary>
    private static int MostOf(long nodeCpu, long cpu, long nodeMemory, long memory)
        => 1 + (int)Math.Min(int.MaxValue / 4, 1.5 * Math.Max(cpu / (double)Math.Max(1, nodeCpu), memory / (double)Math.Max(1, nodeMemory)));
}
