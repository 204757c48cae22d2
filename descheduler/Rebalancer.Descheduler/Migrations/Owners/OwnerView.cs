namespace Rebalancer.Descheduler.Migrations.Owners;

/// <summary>What a decision needs to know of the controller that makes a pod.</summary>
/// <param name="MatchLabels">By which it finds its pods.</param>
internal sealed record OwnerView(string Kind, string Name, string Uid, IReadOnlyDictionary<string, string> MatchLabels)
{
    /// <summary>Why none of its pods may be on the move now, for people; null: they may.</summary>
    public string? Unstable { get; init; }

    /// <summary>Why none of its pods may set out now, though one that is on its way may go on.</summary>
    public string? Unsettled { get; init; }

    /// <summary>The controller-revision-hash of the pods that it makes now; null: its kind has none.</summary>
    public string? Revision { get; init; }

    public string FullName => Kind + " " + Name;
}
