using System.Collections.Immutable;
using k8s.Models;
using Rebalancer.Model;

namespace Rebalancer.Kubernetes.Mapping;

/// <summary>Claims, volumes and storage classes to the model.</summary>
public static class StorageMapping
{
    private const string DefaultClass = "storageclass.kubernetes.io/is-default-class";
    private const string ZoneSeparator = "__";

    /// <summary>Labels by which volumes without node affinity are bound to a place; kube-scheduler's VolumeZone compares just these.</summary>
    private static readonly string[] TopologyLabels =
        ["topology.kubernetes.io/zone", "topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/region"];

    public static ClaimInfo ToModel(V1PersistentVolumeClaim claim) => new(
        claim.Metadata.NamespaceProperty ?? "",
        claim.Metadata.Name,
        claim.Spec?.VolumeName ?? "",
        claim.Spec?.StorageClassName ?? "",
        [.. claim.Spec?.AccessModes ?? []]);

    public static PersistentVolumeInfo ToModel(V1PersistentVolume volume) => new(
        volume.Metadata.Name,
        [.. (volume.Spec?.NodeAffinity?.Required?.NodeSelectorTerms ?? []).Select(PlacementMapping.ToTerm)],
        [.. Topology(volume.Metadata.Labels)],
        volume.Spec?.Csi?.Driver ?? "",
        volume.Spec?.Csi?.VolumeHandle ?? "");

    public static StorageClassInfo ToModel(V1StorageClass c) => new(
        c.Metadata.Name,
        c.VolumeBindingMode == "WaitForFirstConsumer",
        c.Metadata.Annotations is { } annotations && annotations.TryGetValue(DefaultClass, out var value) && value == "true",
        [.. (c.AllowedTopologies ?? []).Select(ToTerm)]);

    public static ImmutableDictionary<string, int> AttachLimits(V1CSINode node)
        => (node.Spec?.Drivers ?? []).Where(d => d.Name is not null && d.Allocatable?.Count is not null).DistinctBy(d => d.Name).ToImmutableDictionary(d => d.Name, d => d.Allocatable.Count!.Value);

    private static NodeTerm ToTerm(V1TopologySelectorTerm term)
        => new([.. (term.MatchLabelExpressions ?? []).Select(e => new Requirement(e.Key, "In", [.. e.Values ?? []]))], []);

    private static IEnumerable<Requirement> Topology(IDictionary<string, string>? labels)
        => TopologyLabels.Where(k => labels?.ContainsKey(k) == true).Select(k => new Requirement(k, "In", [.. labels![k].Split(ZoneSeparator)]));
}
