using System.Collections.Immutable;
using Rebalancer.Model;
using Rebalancer.Policy.Constraints;

namespace Rebalancer.Planning.Placement;

/// <summary>On which nodes a process of each node can go on, worked out once for each pair of kinds of machine.</summary>
internal sealed class MachineClasses
{
    private readonly int[] classOf;
    private readonly bool[,] goesOn;

    public MachineClasses(ImmutableArray<NodeInfo> nodes)
    {
        var machines = new List<MachineInfo>();
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        classOf = new int[nodes.Length];
        for (var node = 0; node < nodes.Length; node++)
        {
            var machine = nodes[node].Machine;
            var key = $"{machine.Arch}\u0001{machine.InstanceType}\u0001{string.Join(',', machine.CpuFeatures)}";
            if (!numbers.TryGetValue(key, out classOf[node]))
            {
                classOf[node] = numbers[key] = machines.Count;
                machines.Add(machine);
            }
        }

        goesOn = new bool[machines.Count, machines.Count];
        for (var from = 0; from < machines.Count; from++)
        {
            for (var to = 0; to < machines.Count; to++)
            {
                goesOn[from, to] = CpuCompatibility.MayGoOn(machines[from], machines[to]);
            }
        }
    }

    public bool MayGoOn(int source, int target) => goesOn[classOf[source], classOf[target]];
}
