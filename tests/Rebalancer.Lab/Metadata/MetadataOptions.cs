using System.Net;

namespace Rebalancer.Lab.Metadata;

/// <summary>One node's instance metadata.</summary>
/// <param name="Address">Where it listens; each node has its own port, since all share the lab's root network.</param>
/// <param name="InstanceId">As EC2 would name the instance.</param>
/// <param name="InstanceType">EC2 instance type.</param>
/// <param name="Zone">Availability zone.</param>
/// <param name="LifeCycle">"spot" or "on-demand".</param>
/// <param name="Cloud">Whose service it is.</param>
internal sealed record MetadataOptions(IPEndPoint Address, string InstanceId, string InstanceType, string Zone, string LifeCycle, MetadataCloud Cloud = MetadataCloud.Ec2);

/// <summary>Whose metadata service is played.</summary>
internal enum MetadataCloud
{
    /// <summary>Tokens, instance-action 120 s ahead.</summary>
    Ec2,
    /// <summary>A header, and one word 30 s ahead, without an instant.</summary>
    Gce,
}

/// <summary>How the service answers.</summary>
internal enum MetadataBehaviour
{
    /// <summary>As the cloud does.</summary>
    Normal,
    /// <summary>The notice is answered with 200 and a body that is none, whether there is one or not.</summary>
    BrokenBody,
    /// <summary>Every answer comes after <see cref="MetadataService.SlowAnswerSeconds"/>.</summary>
    Slow,
    /// <summary>Every connection is cut, as on a machine without such a service.</summary>
    Absent,
}

/// <summary>A spot interruption notice.</summary>
/// <param name="Action">"terminate", "stop" or "hibernate".</param>
/// <param name="At">Instant of the action.</param>
internal sealed record SpotNotice(string Action, DateTimeOffset At);
