using System.Collections.Immutable;
using Rebalancer.Model;

namespace Rebalancer.Policy.Constraints;

/// <summary>Which claims are in use where, and what is attached to each node.</summary>
internal sealed class VolumeState
{
    private readonly Dictionary<string, List<int>> nodesOfClaim = new(StringComparer.Ordinal);
    private readonly Dictionary<(int Node, string Driver), List<string>> attached = [];

    public void Place(ImmutableArray<ClaimUse> uses, int node)
    {
        foreach (var use in uses)
        {
            Of(nodesOfClaim, use.Key).Add(node);
            if (use.Volume is { Driver.Length: > 0 } volume)
            {
                Of(attached, (node, volume.Driver)).Add(volume.Handle);
            }
        }
    }

    public void Remove(ImmutableArray<ClaimUse> uses, int node)
    {
        foreach (var use in uses)
        {
            nodesOfClaim[use.Key].Remove(node);
            if (use.Volume is { Driver.Length: > 0 } volume)
            {
                attached[(node, volume.Driver)].Remove(volume.Handle);
            }
        }
    }

    public RejectionKind Check(ImmutableArray<ClaimUse> uses, int node, NodeInfo info)
    {
        foreach (var use in uses)
        {
            if (use.Claim is { } claim && nodesOfClaim.TryGetValue(use.Key, out var users) && users.Count > 0
                && (claim.OnePod || (claim.OneNode && users.Exists(u => u != node))))
            {
                return RejectionKind.VolumeAttachedElsewhere;
            }
        }

        return info.AttachLimits.IsEmpty || uses.IsEmpty ? RejectionKind.None : Limits(uses, node, info);
    }

    /// <summary>Volumes of the same handle are attached once, however many pods use them.</summary>
    private RejectionKind Limits(ImmutableArray<ClaimUse> uses, int node, NodeInfo info)
    {
        foreach (var byDriver in uses.Select(u => u.Volume).OfType<PersistentVolumeInfo>().Where(v => v.Driver.Length > 0).GroupBy(v => v.Driver))
        {
            var there = attached.GetValueOrDefault((node, byDriver.Key)) ?? [];
            var added = byDriver.Select(v => v.Handle).Except(there).Count();
            if (added > 0 && info.AttachLimits.TryGetValue(byDriver.Key, out var limit) && there.Distinct().Count() + added > limit)
            {
                return RejectionKind.AttachLimit;
            }
        }

        return RejectionKind.None;
    }

    private static List<TItem> Of<TKey, TItem>(Dictionary<TKey, List<TItem>> lists, TKey key)
        where TKey : notnull => lists.TryGetValue(key, out var list) ? list : lists[key] = [];

}
