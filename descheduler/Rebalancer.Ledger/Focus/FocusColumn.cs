namespace Rebalancer.Ledger.Focus;

/// <summary>A column: its name in the specification, or one of ours with x_ before it.</summary>
/// <param name="Nullable">Whether the specification lets it be null.</param>
internal abstract record FocusColumn(string Name, bool Nullable);

internal sealed record TextColumn(string Name, bool Nullable, Func<FocusRow, string?> Of) : FocusColumn(Name, Nullable);

internal sealed record NumberColumn(string Name, bool Nullable, Func<FocusRow, decimal?> Of) : FocusColumn(Name, Nullable)
{
    /// <summary>Nine of a price times nine of hours.</summary>
    public const int Scale = 18;
    public const int Precision = 38;
}

internal sealed record InstantColumn(string Name, Func<FocusRow, DateTimeOffset> Of) : FocusColumn(Name, Nullable: false);
