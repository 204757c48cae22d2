namespace Rebalancer.Descheduler.Interruptions.Deadlines;

/// <summary>When a pod's move is expected to begin and end.</summary>
/// <param name="Strategy">Null: it does not fit.</param>
/// <param name="Deadline">By which it is to have committed; null: none.</param>
internal sealed record PlannedMove(Leaver Leaver, DateTimeOffset Start, DateTimeOffset Finish, string? Strategy, DateTimeOffset? Deadline)
{
    public bool Fits => Strategy is not null;
}
