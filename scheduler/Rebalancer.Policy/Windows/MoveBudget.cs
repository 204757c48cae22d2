using System.Collections.Immutable;

namespace Rebalancer.Policy.Windows;

public enum BudgetMode
{
    /// <summary>No more than so much at a time while it is open. Where a reason has such budgets with a window, nothing moves for it outside of all of them.</summary>
    Allow,

    /// <summary>Nothing moves while it is open.</summary>
    Deny,
}

/// <summary>How much may be disturbed at a time, or when nothing may be.</summary>
public sealed record MoveBudget
{
    public BudgetMode Mode { get; init; }

    /// <summary>Moves that it is about; empty: all that plans make.</summary>
    public ImmutableHashSet<string> Reasons { get; init; } = [];

    /// <summary>Nodes that moves leave at the same time; null: any number.</summary>
    public BudgetAmount? Nodes { get; init; }

    /// <summary>Pods that move at the same time; null: any number.</summary>
    public BudgetAmount? Pods { get; init; }

    /// <summary>When it is open; null: always.</summary>
    public BudgetWindow? Window { get; init; }

    public bool Concerns(string reason) => Reasons.IsEmpty || Reasons.Contains(reason);
}

/// <param name="Value">A number, or a percentage from 0 to 100.</param>
public readonly record struct BudgetAmount(int Value, bool IsPercent)
{
    /// <summary>Rounded down, but one at least where it is above 0: in a small cluster a budget is not a ban.</summary>
    public int Of(int total) => !IsPercent ? Value : Value == 0 ? 0 : Math.Max(1, (int)((long)total * Value / 100));

    public override string ToString() => IsPercent ? Value + "%" : Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
