using System.Collections.Immutable;

namespace Rebalancer.Model;

/// <summary>What kind of machine a node is. Text that is not known is empty.</summary>
/// <param name="InstanceType">As the provider calls it, such as m6i.large.</param>
/// <param name="Arch">As Kubernetes calls it: amd64, arm64.</param>
/// <param name="CpuFeatures">Names of processor features, where something published them on the node; empty where nothing did.</param>
public sealed record MachineInfo(string InstanceType, string Region, string Zone, CapacityType Capacity, string Arch, ImmutableSortedSet<string> CpuFeatures)
{
    public static readonly MachineInfo Unknown = new("", "", "", CapacityType.OnDemand, "", []);

    /// <summary>Machines that are interrupted together: same type, zone and way of paying.</summary>
    public string Pool => $"{InstanceType}/{Zone}/{Capacity}";
}

/// <summary>How a machine is paid for. Spot machines can be taken away at short notice.</summary>
public enum CapacityType
{
    OnDemand,
    Spot,
    Reserved,
}
