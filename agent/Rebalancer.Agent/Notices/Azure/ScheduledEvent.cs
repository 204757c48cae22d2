namespace Rebalancer.Agent.Notices.Azure;

/// <summary>What Azure will do to this machine.</summary>
/// <param name="Type">Reboot, Redeploy, Preempt or Terminate: what ends its processes.</param>
/// <param name="NotBefore">Null: it has started.</param>
internal sealed record ScheduledEvent(string Id, string Type, DateTimeOffset? NotBefore);
