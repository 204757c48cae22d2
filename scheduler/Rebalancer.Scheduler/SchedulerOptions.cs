using System.Net;
using System.Security.Cryptography.X509Certificates;
using k8s;
using Rebalancer.Kubernetes.Leases;
using Rebalancer.Policy;

namespace Rebalancer.Scheduler;

/// <summary>How one extender process runs.</summary>
internal sealed record SchedulerOptions
{
    /// <summary>How to reach the API server.</summary>
    public required KubernetesClientConfiguration Api { get; init; }

    /// <summary>Where kube-scheduler asks; port 0 takes a free one.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>Serves HTTPS with it; null: HTTP.</summary>
    public X509Certificate2? Certificate { get; init; }

    public PlanPolicy Policy { get; init; } = new();

    /// <summary>Longest request body in bytes. 5,000 names take 0.2 MB; a scheduler without nodeCacheCapable sends whole nodes, some 10 KB each.</summary>
    public long MaxBodyBytes { get; init; } = 64L << 20;

    /// <summary>Requests that are worked on at once; beyond it the answer is 503, and the scheduler goes on without the extender.</summary>
    public int MaxRequests { get; init; } = 64;

    /// <summary>How long the caches may be behind before the answer is 503.</summary>
    public TimeSpan MaxUnsynced { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether POST /bind binds pods. kube-scheduler does it itself, and only one extender may.</summary>
    public bool Bind { get; init; }

    /// <summary>The Lease by which one replica publishes cost and hazard of the nodes; null: none does.</summary>
    public LeaseOptions? Publishing { get; init; }
}
