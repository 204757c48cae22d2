using Microsoft.Extensions.Logging;
using Rebalancer.Agent.Checkpoint;
using Rebalancer.Agent.Moves;
using Rebalancer.Agent.Network;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Local;

/// <summary>Brings each local question to the move or to the network it concerns.</summary>
internal sealed class LocalDispatcher(IClaims claims, MoveRegistry registry, INodeNetwork network, TimeProvider clock, ILogger<LocalDispatcher> log) : ILocalHandler
{
    private static readonly TimeSpan FindLimit = TimeSpan.FromSeconds(85);
    /// <summary>How long a moved pod's sandbox is kept for the frames of its clients. Kubelet gives StopPodSandbox 2 minutes.</summary>
    private static readonly TimeSpan SandboxLimit = TimeSpan.FromSeconds(15);

    public async Task<LocalReply> HandleAsync(LocalRequest request, CancellationToken callerGone)
    {
        log.LogDebug("{Op} of pod {Namespace}/{Pod} ({Uid})", request.Op, request.PodNamespace, request.PodName, request.PodUid);
        try
        {
            return request.Op switch
            {
                LocalOps.CniAdd or LocalOps.CniDel or LocalOps.CniCheck => await network.CniAsync(request, callerGone),
                LocalOps.SandboxCreate => await ClaimedAsync(request, plain: LocalActions.Proceed, callerGone),
                LocalOps.ContainerCreate => await ClaimedAsync(request, plain: LocalActions.Create, callerGone),
                LocalOps.RestoreDone => await ClaimedAsync(request, plain: LocalActions.Proceed, callerGone),
                LocalOps.SandboxKill => await SandboxKillAsync(request, callerGone),
                LocalOps.Hold => await HoldAsync(request, callerGone),
                LocalOps.Resumed => TargetOf(request)?.Callers.Resumed() ?? Unknown(request),
                LocalOps.DumpReady => MoveFolder.OwnerOf(request.ImagePath) is { } owner && registry.Source(owner.MigrationUid) is { } source ? await source.DumpReadyAsync(owner.Container, callerGone) : Unknown(request),
                _ => Fail("UnknownOp", $"this agent does not know '{request.Op}'"),
            };
        }
        catch (ClaimException e)
        {
            return Fail(e.Reason, e.Message);
        }
    }

    private async Task<LocalReply> ClaimedAsync(LocalRequest request, string plain, CancellationToken callerGone)
    {
        if (await MoveAsync(request, callerGone) is not { } move) { return new LocalReply { Action = plain }; }
        return request.Op switch
        {
            LocalOps.SandboxCreate => await move.Callers.SandboxAsync(request, callerGone),
            LocalOps.ContainerCreate => await move.Callers.ContainerAsync(request, callerGone),
            _ => await move.Callers.RestoreDoneAsync(request, callerGone),
        };
    }

    /// <returns>Null: a pod without a claim, or one whose move is over.</returns>
    private async Task<TargetMove?> MoveAsync(LocalRequest request, CancellationToken callerGone)
    {
        // By its images too: when a restore has ended the pod's checkpoint counts as consumed, and an agent that was started since knows nothing of the pod.
        if ((registry.TargetOfPod(request.PodUid) ?? TargetOf(request)) is { } known) { return known; }
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(callerGone);
        limit.CancelAfter(FindLimit);
        var migration = await claims.FindAsync(request.PodNamespace, request.PodName, request.PodUid, limit.Token);
        if (migration is null) { return null; }
        return registry.EnsureTarget(migration)
            ?? (migration.Status.Decision == Decision.Committed ? null : throw new ClaimException(Reasons.TargetUnready, $"migration {migration.Metadata.Name} is over on this node"));
    }

    private async Task<LocalReply> SandboxKillAsync(LocalRequest request, CancellationToken callerGone)
    {
        if (registry.SourceOfPod(request.PodUid) is { } move)
        {
            _ = await Task.WhenAny(move.Ended, Task.Delay(SandboxLimit, clock, callerGone));
        }
        return new LocalReply { Action = LocalActions.Proceed };
    }

    private async Task<LocalReply> HoldAsync(LocalRequest request, CancellationToken callerGone) =>
        TargetOf(request) is { } move ? await move.Callers.HoldAsync(request, callerGone) : Unknown(request);

    private TargetMove? TargetOf(LocalRequest request) => MoveFolder.OwnerOf(request.ImagePath) is { } owner ? registry.Target(owner.MigrationUid) : null;

    private static LocalReply Unknown(LocalRequest request) => Fail(Reasons.AgentRestarted, $"{request.Op}: no move of this agent has the images {request.ImagePath}");

    private static LocalReply Fail(string reason, string message) => new() { Action = LocalActions.Fail, Reason = reason, Message = message };
}
