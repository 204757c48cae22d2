using System.Collections.Immutable;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;

namespace Rebalancer.Kubernetes.Mapping;

/// <summary>What kind of machine a node is, from the labels that clouds and others put on it.</summary>
internal static class MachineMapping
{
    public static MachineInfo ToModel(V1Node node)
    {
        var labels = node.Metadata.Labels ?? ImmutableDictionary<string, string>.Empty;
        string Label(string key) => labels.TryGetValue(key, out var value) ? value : "";
        var features = labels.Where(l => l.Key.StartsWith(Names.CpuFeaturePrefix, StringComparison.Ordinal) && l.Value == "true");
        return new MachineInfo(
            Label(Names.InstanceType),
            Label(Names.Region),
            Label(Names.Zone),
            Capacity(Label),
            Label(Names.Arch) is { Length: > 0 } arch ? arch : node.Status?.NodeInfo?.Architecture ?? "",
            features.Select(l => l.Key[Names.CpuFeaturePrefix.Length..]).ToImmutableSortedSet(StringComparer.Ordinal));
    }

    public static string? KeepMark(V1Node node)
    {
        foreach (var key in new[] { Names.DoNotDisrupt, Names.ScaleDownDisabled })
        {
            if (node.Metadata.Annotations is { } annotations && annotations.TryGetValue(key, out var value) && value == "true")
            {
                return key + "=true";
            }
        }

        return node.Metadata.Labels?.ContainsKey(Names.ControlPlane) == true ? Names.ControlPlane : null;
    }

    private static CapacityType Capacity(Func<string, string> label)
    {
        if (label(Names.CapacityTypeKarpenter) == "spot" || label(Names.CapacityTypeEks) == "SPOT"
            || label(Names.CapacityTypeGkeSpot) == "true" || label(Names.CapacityTypeAzure) == "spot")
        {
            return CapacityType.Spot;
        }

        return label(Names.CapacityTypeKarpenter) == "reserved" || label(Names.CapacityTypeEks) == "CAPACITY_BLOCK" ? CapacityType.Reserved : CapacityType.OnDemand;
    }
}
