using Rebalancer.Model;

namespace Rebalancer.Policy.Constraints;

/// <summary>
/// Whether a process checkpointed on one node's processor can go on on another's: the target must have every feature of the source. What decides at last
/// is the agents' comparison of the processors themselves; here it is told from what is known of the nodes.
/// </summary>
public static class CpuCompatibility
{
    public static bool MayGoOn(MachineInfo source, MachineInfo target)
    {
        if (source.Arch != target.Arch)
        {
            return false;
        }

        if (!source.CpuFeatures.IsEmpty && !target.CpuFeatures.IsEmpty)
        {
            return source.CpuFeatures.IsSubsetOf(target.CpuFeatures);
        }

        if (source.InstanceType == target.InstanceType)
        {
            return true;
        }

        // Types of which nothing is known, such as two own machines of different make, are not guessed about.
        return Ec2Processor.TryParse(source.InstanceType, out var from) && Ec2Processor.TryParse(target.InstanceType, out var to) && from.GoesOnOn(to);
    }

    public static string Explain(MachineInfo source, MachineInfo target)
        => $"its processor ({Describe(target)}) may lack what the pod's ({Describe(source)}) has";

    private static string Describe(MachineInfo machine) => string.Join(' ', new[] { machine.InstanceType, machine.Arch }.Where(t => t.Length > 0).DefaultIfEmpty("unknown"));
}
