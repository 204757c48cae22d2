namespace Rebalancer.Agent.Notices;

/// <summary>The cloud's word that this node will be taken.</summary>
/// <param name="Cause">Why, for people.</param>
/// <param name="At">When, UTC, whole seconds.</param>
/// <param name="IsCounted">The cloud named no instant: it is counted from when this agent first saw the notice, so that an earlier one on the node is right.</param>
/// <param name="EventId">Where the cloud can be told that it need not wait.</param>
internal sealed record NodeNotice(string Cause, DateTimeOffset At, bool IsCounted = false, string? EventId = null);
