using k8s.Models;
using Microsoft.Extensions.Logging;
using Rebalancer.Agent.Cluster;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Moves;

/// <summary>Reads claims from the API server: the annotations of a pod are a hint, the Migration's claim is the proof.</summary>
internal sealed class Claims(IClusterApi api, MigrationBook book, AgentOptions options, Markers markers, TimeProvider clock, ILogger<Claims> log) : IClaims
{
    private static readonly TimeSpan BindLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    public async Task<Migration?> FindAsync(string podNamespace, string podName, string podUid, CancellationToken cancellation)
    {
        if (podUid.Length == 0 || markers.HasConsumed(podUid)) { return null; }
        var pod = await api.ReadPodAsync(podNamespace, podName, cancellation);
        if (pod is null || pod.Metadata.Uid != podUid) { throw new ClaimException(Reasons.PodNotFound, $"pod {podNamespace}/{podName} ({podUid}) does not exist"); }
        var annotations = pod.Metadata.Annotations;
        if (annotations is null || !annotations.TryGetValue(Names.MigrationAnnotation, out var name)) { return null; }
        annotations.TryGetValue(Names.ClaimAnnotation, out var token);
        using var expiry = new CancellationTokenSource(BindLimit, clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation, expiry.Token);
        try
        {
            return await BoundAsync(pod, name, token ?? "", limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ClaimException(Reasons.ClaimExpired, $"migration {podNamespace}/{name} did not bind its claim to pod {podName} ({podUid}) within {BindLimit.TotalSeconds} s");
        }
    }

    /// <returns>Null: the move is gone, and the pod, which has a name of its own, is one of its ReplicaSet like any other. Nobody is left to take it away.</returns>
    private async Task<Migration?> BoundAsync(V1Pod pod, string name, string token, CancellationToken cancellation)
    {
        var (space, podUid) = (pod.Metadata.NamespaceProperty, pod.Metadata.Uid);
        while (true)
        {
            if (await api.ReadMigrationAsync(space, name, cancellation) is not { } migration)
            {
                return pod.Metadata.OwnerReferences?.FirstOrDefault(r => r.Controller == true)?.Kind == OwnerKinds.ReplicaSet ? null
                    : throw new ClaimException(Reasons.ClaimExpired, $"migration {space}/{name} does not exist");
            }
            if (ClaimRules.IsBound(migration, podUid, token, options.Node))
            {
                book.Put(migration);
                return migration;
            }
            log.LogDebug("Migration {Name} has not bound pod {Uid} yet", name, podUid);
            await Task.Delay(PollInterval, clock, cancellation);
        }
    }
}

/// <summary>Whose claim is it? Pure.</summary>
internal static class ClaimRules
{
    /// <returns>False: not bound yet.</returns>
    /// <exception cref="ClaimException">It is not, and will not be, this pod's.</exception>
    public static bool IsBound(Migration migration, string podUid, string token, string node)
    {
        var name = $"{migration.Metadata.NamespaceProperty}/{migration.Metadata.Name}";
        var status = migration.Status;
        if (status.TargetNode != node) { throw new ClaimException(Reasons.TargetConstraint, $"migration {name} goes to node {status.TargetNode}, this is {node}"); }
        if (status.Decision == Decision.Aborted) { throw new ClaimException(status.Reason ?? Reasons.UserAborted, $"migration {name} was aborted: {status.Message}"); }
        if (status.Claim is not { } claim) { throw new ClaimException(Reasons.ClaimExpired, $"migration {name} has no claim"); }
        if (claim.Token.Length == 0 || claim.Token != token) { throw new ClaimException(Reasons.ClaimExpired, $"pod {podUid} does not hold the claim of migration {name}"); }
        if (claim.PodUID is not { Length: > 0 } bound) { return false; }
        return bound == podUid ? true : throw new ClaimException(Reasons.ClaimExpired, $"the claim of migration {name} is bound to pod {bound}, not to {podUid}");
    }
}
