using k8s.Models;
using Microsoft.Extensions.Logging;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Moves;

/// <summary>Waits after a commit until the pod that the source's place was taken by is Ready, for a time: a pod that never gets ready must not keep the source's object.</summary>
internal sealed class ReplacementReady(MoveServices services, ILogger log)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    public async Task WaitAsync(Migration migration, CancellationToken cancellation)
    {
        // One that keeps the name can only be made when the name is free.
        if (migration.Status is not { Owner: { } owner, Claim: { PodName: { } name, PodUID: { } uid } } || OwnerKinds.KeepsName(owner.Kind)) { return; }
        var start = services.Clock.GetTimestamp();
        while (services.Clock.GetElapsedTime(start) < Limit)
        {
            if (await IsDoneAsync(migration.Metadata.NamespaceProperty, name, uid, cancellation)) { return; }
            await Task.Delay(Look, services.Clock, cancellation);
        }
        log.LogWarning("Migration {Name}: pod {Pod} is not ready {Seconds} s after the commit; the source's object goes all the same", migration.Metadata.Name, name, Limit.TotalSeconds);
    }

    /// <summary>Ready, or gone: then there is nothing to wait for.</summary>
    private async Task<bool> IsDoneAsync(string space, string name, string uid, CancellationToken cancellation)
    {
        try
        {
            var pod = await services.Api.ReadPodAsync(space, name, cancellation);
            return pod is null || pod.Metadata.Uid != uid || pod.Metadata.DeletionTimestamp is not null || IsReady(pod);
        }
        catch (Exception e) when (DecisionReader.IsTransient(e))
        {
            return false;
        }
    }

    private static bool IsReady(V1Pod pod) => pod.Status?.Conditions?.Any(condition => condition is { Type: "Ready", Status: "True" }) == true;
}
