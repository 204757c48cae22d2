namespace Rebalancer.Agent.Notices;

/// <summary>Since when something has been so, as far as was looked.</summary>
internal sealed class FirstSeen
{
    private DateTimeOffset? _since;

    /// <returns>Null: it is not so.</returns>
    public DateTimeOffset? Of(bool isSo, DateTimeOffset now) => _since = isSo ? _since ?? now : null;
}
