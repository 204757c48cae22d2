using System.Net;

namespace Rebalancer.Lab.Metadata;

/// <summary>One node's instance metadata.</summary>
/// <param name="Address">Where it listens; each node has its own port, since all share the lab's root network.</param>
/// <param name="InstanceId">As EC2 would name the instance.</param>
/// <param name="InstanceType">EC2 instance type.</param>
/// <param name="Zone">Availability zone.</param>
/// <param name="LifeCycle">"spot" or "on-demand".</param>
internal sealed record MetadataOptions(IPEndPoint Address, string InstanceId, string InstanceType, string Zone, string LifeCycle);

/// <summary>How the service answers.</summary>
internal enum MetadataBehaviour
{
    /// <summary>As EC2 does.</summary>
    Normal,
    /// <summary>instance-action answers 200 with a body that is no JSON, notice or not.</summary>
    BrokenBody,
    /// <summary>Every answer comes after <see cref="MetadataService.SlowAnswerSeconds"/>.</summary>
    Slow,
    /// <summary>Every connection is cut, as on a machine without such a service.</summary>
    Absent,
}

/// <summary>A spot interruption notice as instance-action shows it.</summary>
/// <param name="Action">"terminate", "stop" or "hibernate".</param>
/// <param name="At">Instant of the action.</param>
internal sealed record SpotNotice(string Action, DateTimeOffset At);
