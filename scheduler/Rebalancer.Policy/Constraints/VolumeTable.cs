using System.Collections.Immutable;
using Rebalancer.Model;

namespace Rebalancer.Policy.Constraints;

/// <summary>What each pod's claims ask of a node: kube-scheduler's VolumeBinding and VolumeZone, and what attaching adds to them.</summary>
internal sealed class VolumeTable
{
    private readonly Dictionary<string, ClaimInfo> claims;
    private readonly Dictionary<string, PersistentVolumeInfo> volumes;
    private readonly Dictionary<string, StorageClassInfo> storageClasses;
    private readonly StorageClassInfo? defaultClass;

    public VolumeTable(StorageInfo storage, IReadOnlyList<PodInfo> pods)
    {
        claims = storage.Claims.ToDictionary(c => Key(c.Namespace, c.Name), StringComparer.Ordinal);
        volumes = storage.Volumes.ToDictionary(v => v.Name, StringComparer.Ordinal);
        storageClasses = storage.Classes.ToDictionary(c => c.Name, StringComparer.Ordinal);
        defaultClass = storage.Classes.FirstOrDefault(c => c.Default);
        Uses = [.. pods.Select(p => p.Claims.IsEmpty ? [] : p.Claims.Select(c => Use(p.Namespace, c)).ToImmutableArray())];
    }

    /// <summary>By pod.</summary>
    public ImmutableArray<ClaimUse>[] Uses { get; }

    public static RejectionKind Check(ImmutableArray<ClaimUse> uses, NodeInfo node)
    {
        foreach (var use in uses)
        {
            if (Check(use, node) is var kind and not RejectionKind.None)
            {
                return kind;
            }
        }

        return RejectionKind.None;
    }

    public static string Explain(RejectionKind kind, ImmutableArray<ClaimUse> uses, NodeInfo node)
    {
        var use = uses.First(u => Check(u, node) == kind);
        return kind switch
        {
            RejectionKind.ClaimMissing => $"claim {use.Key} does not exist, or its volume does not",
            RejectionKind.ClaimUnbound => $"claim {use.Key} is not bound to a volume yet",
            _ => $"claim {use.Key} has a volume that node {node.Name} cannot reach",
        };
    }

    private static RejectionKind Check(ClaimUse use, NodeInfo node)
    {
        if (use.Claim is null || (use.Claim.Volume.Length > 0 && use.Volume is null))
        {
            return RejectionKind.ClaimMissing;
        }

        if (use.Volume is { } volume)
        {
            return Reaches(volume.NodeTerms, node) && volume.Topology.All(r => r.Matches(node.Labels.GetValueOrDefault(r.Key)))
                ? RejectionKind.None
                : RejectionKind.VolumeNodeAffinity;
        }

        // A volume that is yet to be made is made where the pod goes, or the claim has to be bound first.
        return use.Class is not { WaitsForPod: true } ? RejectionKind.ClaimUnbound
            : Reaches(use.Class.AllowedTopologies, node) ? RejectionKind.None
            : RejectionKind.VolumeNodeAffinity;
    }

    private static bool Reaches(ImmutableArray<NodeTerm> terms, NodeInfo node) => terms.IsEmpty || terms.Any(t => t.Matches(node));

    private static string Key(string ns, string name) => ns + "/" + name;

    private ClaimUse Use(string ns, string name)
    {
        var key = Key(ns, name);
        var claim = claims.GetValueOrDefault(key);
        var storageClass = claim is null ? null : claim.StorageClass.Length == 0 ? defaultClass : storageClasses.GetValueOrDefault(claim.StorageClass);
        return new ClaimUse(key, claim, claim is null ? null : volumes.GetValueOrDefault(claim.Volume), storageClass);
    }
}

/// <summary>A pod's claim with what stands behind it; null what does not exist.</summary>
internal sealed record ClaimUse(string Key, ClaimInfo? Claim, PersistentVolumeInfo? Volume, StorageClassInfo? Class);
