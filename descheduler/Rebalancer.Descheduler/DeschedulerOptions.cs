using System.Net;
using k8s;
using Rebalancer.Descheduler.Migrations;

namespace Rebalancer.Descheduler;

/// <summary>How one controller process runs.</summary>
internal sealed record DeschedulerOptions
{
    /// <summary>How to reach the API server.</summary>
    public required KubernetesClientConfiguration Api { get; init; }

    /// <summary>Where the Lease of the leader is.</summary>
    public string Namespace => Api.Namespace is { Length: > 0 } own ? own : "default";

    /// <summary>Where the claim webhook listens; port 0 takes a free one.</summary>
    public required IPEndPoint WebhookListen { get; init; }

    /// <summary>Where the API server reaches the webhook; null: the address that it listens on.</summary>
    public Uri? WebhookUrl { get; init; }
    public MoveLimits Limits { get; init; } = new();
}
