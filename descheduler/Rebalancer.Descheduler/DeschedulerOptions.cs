using System.Net;
using k8s;
using Rebalancer.Descheduler.Migrations;
using Rebalancer.Descheduler.Rebalancing;

namespace Rebalancer.Descheduler;

/// <summary>How one controller process runs.</summary>
internal sealed record DeschedulerOptions
{
    /// <summary>Name of the Service in front of the webhooks, as the manifests have it.</summary>
    public const string WebhookService = "rebalancer-webhook";

    /// <summary>How to reach the API server.</summary>
    public required KubernetesClientConfiguration Api { get; init; }

    /// <summary>Of Rebalancer's own objects: the leader's Lease, and the Secrets of certificates.</summary>
    public string Namespace => Api.Namespace is { Length: > 0 } own ? own : "default";

    /// <summary>Where the claim webhook listens; port 0 takes a free one.</summary>
    public required IPEndPoint WebhookListen { get; init; }

    /// <summary>Where the API server reaches the webhooks; null: the address that they listen on, and the Service where that is every address.</summary>
    public Uri? WebhookUrl { get; init; }

    public bool ListensEverywhere => WebhookListen.Address.Equals(IPAddress.Any) || WebhookListen.Address.Equals(IPAddress.IPv6Any);

    /// <summary>Where /metrics, /healthz and /readyz are answered over plain HTTP; null: nowhere.</summary>
    public IPEndPoint? StatusListen { get; init; }

    /// <summary>File of the savings ledger; null: none is kept.</summary>
    public string? LedgerPath { get; init; }

    public MoveLimits Limits { get; init; } = new();

    public PlanOptions Plans { get; init; } = PlanOptions.Default;
}
