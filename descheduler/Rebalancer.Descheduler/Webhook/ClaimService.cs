using k8s.Models;
using Microsoft.Extensions.Logging;
using Rebalancer.Descheduler.Cluster;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Kubernetes.Mapping;

namespace Rebalancer.Descheduler.Webhook;

/// <summary>
/// Gives a replacement the claim of the move that waits for it. Taking it is a compare-and-set on the Migration: of two creations, or two webhooks, one gets it.
/// Everything else passes unchanged.
/// </summary>
internal sealed partial class ClaimService(ApiClient client, ClusterCache cache, TimeProvider clock, ILogger<ClaimService> logger)
{
    /// <summary>Another writer of the same Migration makes a try fail; more than a few in the webhook's 2 s mean that the claim is gone.</summary>
    private const int MaxTries = 8;

    /// <returns>A JSON patch for the pod, or null.</returns>
    public async Task<string?> AdmitAsync(AdmissionRequest request, CancellationToken cancellation)
    {
        // A dry run must not take anything.
        if (!request.IsPodCreation || request.DryRun || request.Pod is not { } pod)
        {
            return null;
        }

        pod.Metadata ??= new V1ObjectMeta();
        var owner = pod.Metadata.OwnerReferences?.FirstOrDefault(r => r.Controller == true && r.Kind is OwnerKinds.ReplicaSet or OwnerKinds.Job or OwnerKinds.StatefulSet);
        if (owner is not null && await ClaimAsync(request, owner.Uid, cancellation) is { } migration)
        {
            Claimed(logger, request.Namespace, migration.Metadata.Name, owner.Kind, owner.Name);
            return ClaimPatch.For(pod, migration);
        }

        return PodMapping.Annotation(pod, Names.ClaimAnnotation) is null || await IsOursAsync(request.Namespace, pod, cancellation) ? null : ClaimPatch.Strip(pod);
    }

    private async Task<Migration?> ClaimAsync(AdmissionRequest request, string ownerUid, CancellationToken cancellation)
    {
        var candidates = cache.Migrations.List()
            .Where(m => m.Metadata.NamespaceProperty == request.Namespace && ClaimRule.MayWait(m, request.Pod!, ownerUid))
            .OrderBy(m => m.Metadata.Name, StringComparer.Ordinal);
        foreach (var candidate in candidates)
        {
            if (await TakeAsync(candidate, request, ownerUid, cancellation) is { } taken)
            {
                return taken;
            }
        }

        return null;
    }

    /// <summary>What the copy does not show yet is read: the owner is as fast as the watch.</summary>
    private async Task<Migration?> TakeAsync(Migration candidate, AdmissionRequest request, string ownerUid, CancellationToken cancellation)
    {
        var (ns, name) = (candidate.Metadata.NamespaceProperty, candidate.Metadata.Name);
        var current = Waits(candidate, request, ownerUid) ? candidate : await client.GetAsync<Migration>(ApiResource.Migrations, ns, name, cancellation);
        for (var tries = 0; tries < MaxTries && current is not null; tries++)
        {
            if (!Waits(current, request, ownerUid))
            {
                return null;
            }

            if (current.Status.Claim!.RequestUID == request.Uid)
            {
                return current;
            }

            try
            {
                var patch = new JsonPatch()
                    .Test("/metadata/resourceVersion", current.Metadata.ResourceVersion)
                    .Test("/status/decision", current.Status.Decision)
                    .Set("/status/claim/requestUID", request.Uid);
                var taken = await client.PatchAsync<Migration>(ApiResource.Migrations, ns, name, patch, cancellation, "status");
                cache.Migrations.Observe(taken);
                return taken;
            }
            catch (ApiException e) when (e.IsConflict)
            {
                current = await client.GetAsync<Migration>(ApiResource.Migrations, ns, name, cancellation);
            }
        }

        return null;
    }

    private bool Waits(Migration m, AdmissionRequest request, string ownerUid) => ClaimRule.Waits(m, request.Pod!, ownerUid, request.Uid, clock.GetUtcNow());

    /// <summary>A bare pod is created again by the controller, claim included.</summary>
    private async Task<bool> IsOursAsync(string ns, V1Pod pod, CancellationToken cancellation)
    {
        var name = PodMapping.Annotation(pod, Names.MigrationAnnotation);
        if (string.IsNullOrEmpty(name) || await client.GetAsync<Migration>(ApiResource.Migrations, ns, name, cancellation) is not { } migration)
        {
            return false;
        }

        return migration.Status is { Decision: Decision.Committed, Owner.Kind: OwnerKinds.None, Claim: { PodUID: null } claim }
            && migration.Spec.PodName == pod.Metadata.Name
            && claim.Token == PodMapping.Annotation(pod, Names.ClaimAnnotation);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Migration {Namespace}/{Name}: a new pod of {Kind} {Owner} takes the claim")]
    private static partial void Claimed(ILogger logger, string @namespace, string name, string kind, string owner);
}
