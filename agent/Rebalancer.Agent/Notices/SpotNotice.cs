namespace Rebalancer.Agent.Notices;

/// <summary>The cloud's word that this node will be taken.</summary>
/// <param name="Action">"terminate", "stop" or "hibernate".</param>
/// <param name="At">When, UTC, whole seconds.</param>
internal sealed record SpotNotice(string Action, DateTimeOffset At);
