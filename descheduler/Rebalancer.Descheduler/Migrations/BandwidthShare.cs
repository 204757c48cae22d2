using System.Collections.Immutable;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Migrations;

/// <summary>Divides the bandwidth that the cluster has for moves among those that copy memory of running pods. Pure.</summary>
internal static class BandwidthShare
{
    private const string StatusName = "copyBytesPerSecond";
    private const long HeldPart = 4;
    private const long BytesPerMbit = 125_000;

    public static bool Counts(Migration? migration) => migration?.Status.Phase is Phases.PreCopying or Phases.Preparing;

    /// <summary>Whether what a Migration has become changes the shares of the others.</summary>
    public static bool IsDividedAnew(Migration? before, Migration? after) => (Counts(before), IsHeld(before)) != (Counts(after), IsHeld(after));

    /// <summary>Bytes per second of each of so many moves; null: there is no cap. Shares never add up to more than the cap while it has a byte for each.</summary>
    public static long? Of(long capBytesPerSecond, int moves) => capBytesPerSecond <= 0 ? null : Math.Max(1, capBytesPerSecond / Math.Max(1, moves));

    /// <summary>The share of this move, which copies or is about to. What held moves may send is taken off what the others have.</summary>
    public static long? Of(Observation o)
    {
        var cap = o.Limits.ClusterBandwidthMbit * BytesPerMbit;
        var forHeld = o.Limits.HoldBandwidthMbit * BytesPerMbit;
        forHeld = cap > 0 ? Math.Min(forHeld, cap / HeldPart) : forHeld;
        var others = o.Cluster.OtherMigrations.Where(Counts).ToList();
        var held = others.Count(IsHeld);
        return o.Migration.IsHeld ? Of(forHeld, 1 + held) : Of(cap > 0 && held > 0 ? cap - forHeld : cap, 1 + others.Count - held);
    }

    private static bool IsHeld(Migration? migration) => migration?.IsHeld == true;

    /// <summary>What is to be written of the share; empty: nothing.</summary>
    public static ImmutableDictionary<string, object?> Change(Observation o) =>
        Of(o) is var share && share == o.Status.CopyBytesPerSecond ? StatusChange.None : StatusChange.None.SetItem(StatusName, share);
}
