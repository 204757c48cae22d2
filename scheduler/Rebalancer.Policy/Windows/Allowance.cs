namespace Rebalancer.Policy.Windows;

/// <summary>What may be disturbed at an instant by moves for one reason.</summary>
/// <param name="Nodes">That moves may leave at the same time; null: any number.</param>
/// <param name="Pods">That may move at the same time; null: any number.</param>
/// <param name="ClosedBecause">Which budgets let nothing move; both amounts are 0 then. Null: something may.</param>
/// <param name="ChangesAt">
/// The next instant at which it can be different: never after the first that is, but it may be the same still. Null: it stays as it is for ever.
/// </param>
public sealed record Allowance(int? Nodes, int? Pods, string? ClosedBecause, DateTimeOffset? ChangesAt)
{
    public bool IsClosed => ClosedBecause is not null;
}

/// <summary>A time in which something may move.</summary>
/// <param name="From">Where it is open already: the instant that was asked from.</param>
/// <param name="Until">Null: no end in the time that was looked at.</param>
public sealed record Opening(DateTimeOffset From, DateTimeOffset? Until);
