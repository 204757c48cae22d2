using System.Net;
using System.Security.Cryptography;
using k8s.Models;
using Rebalancer.Descheduler.Cluster;
using Rebalancer.Descheduler.Leases;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Kubernetes.Events;

namespace Rebalancer.Descheduler.Migrations;

/// <summary>Performs actions. Every write tests what the decision was made on, so that a stale decision changes nothing (ApiException.IsConflict).</summary>
internal sealed class MoveExecutor(ApiClient client, ClusterCache cache, Leadership leadership, EventRecorder events)
{
    private const int TokenBytes = 16;
    private readonly BudgetSlots budgets = new(client, cache.Budgets);

    public Task DoAsync(Observation o, MoveAction action, CancellationToken cancellation) => action switch
    {
        MoveAction.AddFinalizer => FinalizerAsync(o, add: true, cancellation),
        MoveAction.RemoveFinalizer => FinalizerAsync(o, add: false, cancellation),
        MoveAction.DeleteMigration => client.DeleteAsync(ApiResource.Migrations, o.Migration.Metadata.NamespaceProperty, o.Migration.Metadata.Name, o.Migration.Metadata.Uid, null, cancellation),
        MoveAction.LabelNodes a => LabelAsync(o, new Dictionary<string, string?> { [Names.SourceNodeLabel] = a.Source, [Names.TargetNodeLabel] = a.Target }, cancellation),
        MoveAction.MarkGate a => LabelAsync(o, new Dictionary<string, string?> { [Names.GateLabel] = a.IsClosed ? Names.GateClosed : null }, cancellation),
        MoveAction.PublishEndpoints => PublishAsync(o, cancellation),
        MoveAction.WithdrawEndpoints => WithdrawAsync(o, cancellation),
        MoveAction.EnterPhase a => PatchAsync(o, MigrationPatches.EnterPhase(Current(o), a), cancellation, "status"),
        MoveAction.Abort a => PatchAsync(o, MigrationPatches.Abort(a), cancellation, "status"),
        MoveAction.WriteStatus a => PatchAsync(o, MigrationPatches.WriteStatus(a), cancellation, "status"),
        MoveAction.RecordOwner a => PatchAsync(o, MigrationPatches.RecordOwner(a, NewToken()), cancellation, "status"),
        MoveAction.BindClaim a => PatchAsync(o, MigrationPatches.BindClaim(o.Migration, a), cancellation, "status"),
        MoveAction.TakeLabels a => TakeLabelsAsync(o, a, cancellation),
        MoveAction.GiveBack a => PatchPodAsync(a.Pod, PodPatches.GiveBack(a), cancellation),
        MoveAction.Confirm a => ConfirmAsync(o, a, cancellation),
        MoveAction.SetDeletionCost a => PatchPodAsync(a.Pod, PodPatches.SetDeletionCost(a), cancellation),
        MoveAction.TakeBudgetSlot a => budgets.TakeAsync(o, a, cancellation),
        MoveAction.GiveBudgetSlot a => budgets.GiveAsync(o, a, cancellation),
        MoveAction.TryPod a => TryAsync(a.Pod, cancellation),
        MoveAction.CreatePod a => CreateAsync(a.Pod, cancellation),
        MoveAction.DeletePod a => client.DeleteAsync(ApiResource.Pods, a.Pod.Metadata.NamespaceProperty, a.Pod.Metadata.Name, a.Pod.Metadata.Uid, a.GraceSeconds, cancellation),
        MoveAction.Tell a => TellAsync(o, a, cancellation),
        _ => throw new InvalidOperationException($"unknown action {action.GetType().Name}"),
    };

    private static string NewToken() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenBytes));

    /// <summary>An earlier action of the same step may have changed the object's version.</summary>
    private Migration Current(Observation o)
        => cache.Migrations.Get(o.Migration.Metadata.NamespaceProperty, o.Migration.Metadata.Name) ?? o.Migration;

    private async Task FinalizerAsync(Observation o, bool add, CancellationToken cancellation)
    {
        var meta = Current(o).Metadata;
        var have = meta.Finalizers ?? [];
        if (have.Contains(Names.MigrationFinalizer) == add)
        {
            return;
        }

        var finalizers = add ? have.Append(Names.MigrationFinalizer) : have.Where(f => f != Names.MigrationFinalizer);
        await PatchAsync(o, new JsonPatch().Test("/metadata/resourceVersion", meta.ResourceVersion).Set("/metadata/finalizers", finalizers.ToList()), cancellation);
    }

    /// <param name="labels">Null takes one away.</param>
    private async Task LabelAsync(Observation o, Dictionary<string, string?> labels, CancellationToken cancellation)
    {
        var meta = o.Migration.Metadata;
        var patch = new Dictionary<string, object> { ["metadata"] = new Dictionary<string, object> { ["uid"] = meta.Uid, ["labels"] = labels } };
        cache.Migrations.Observe(await client.MergeAsync<Migration>(ApiResource.Migrations, meta.NamespaceProperty, meta.Name, patch, cancellation));
    }

    private async Task PatchAsync(Observation o, JsonPatch patch, CancellationToken cancellation, string? subresource = null)
    {
        // Another Migration may have the name by now.
        var meta = o.Migration.Metadata;
        patch = patch.Test("/metadata/uid", meta.Uid);
        if (subresource == "status")
        {
            patch = patch.Set("/status/leaderEpoch", leadership.Epoch);
        }

        cache.Migrations.Observe(await client.PatchAsync<Migration>(ApiResource.Migrations, meta.NamespaceProperty, meta.Name, patch, cancellation, subresource));
    }

    private async Task PatchPodAsync(V1Pod pod, JsonPatch patch, CancellationToken cancellation)
        => cache.Pods.Observe(await client.PatchAsync<V1Pod>(ApiResource.Pods, pod.Metadata.NamespaceProperty, pod.Metadata.Name, patch, cancellation));

    /// <summary>The copy of the Migration may be older than that of the pod: of a move that has ended since nobody would give the labels back.</summary>
    private async Task TakeLabelsAsync(Observation o, MoveAction.TakeLabels a, CancellationToken cancellation)
    {
        var meta = o.Migration.Metadata;
        var now = await client.GetAsync<Migration>(ApiResource.Migrations, meta.NamespaceProperty, meta.Name, cancellation);
        if (now is not null)
        {
            cache.Migrations.Observe(now);
        }

        if (now?.Metadata.Uid != meta.Uid || now.Status.Phase != o.Status.Phase || now.Status.Decision != o.Status.Decision)
        {
            throw new ApiException(HttpStatusCode.Conflict, "Conflict", $"Migration {o.FullName} has changed since it was looked at");
        }

        await PatchPodAsync(a.Pod, PodPatches.TakeLabels(a), cancellation);
    }

    private async Task ConfirmAsync(Observation o, MoveAction.Confirm a, CancellationToken cancellation)
    {
        var ns = o.Migration.Metadata.NamespaceProperty;
        var now = await client.GetAsync<V1Pod>(ApiResource.Pods, ns, a.PodName, cancellation);
        if (now is not null)
        {
            cache.Pods.Observe(now);
        }

        if ((now?.Metadata.Uid == a.PodUid ? now.Metadata.ResourceVersion : null) != a.Pod?.Metadata.ResourceVersion)
        {
            throw new ApiException(HttpStatusCode.Conflict, "Conflict", $"pod {ns}/{a.PodName} has changed since it was looked at");
        }
    }

    /// <summary>A pod of that name that exists already is looked at again by the next decision: it is ours by its token, or it is not.</summary>
    private async Task CreateAsync(V1Pod pod, CancellationToken cancellation)
    {
        try
        {
            await client.CreateAsync(ApiResource.Pods, pod.Metadata.NamespaceProperty, pod, cancellation);
        }
        catch (ApiException e) when (e.Reason == "AlreadyExists")
        {
            // The watch has not told of it yet.
        }
    }

    private async Task PublishAsync(Observation o, CancellationToken cancellation)
    {
        foreach (var slice in GateEndpoints.Of(o))
        {
            try
            {
                await client.CreateAsync(ApiResource.EndpointSlices, slice.Metadata.NamespaceProperty, slice, cancellation);
            }
            catch (ApiException e) when (e.Reason == "AlreadyExists")
            {
                // Published before a restart of ours.
            }
        }
    }

    private async Task WithdrawAsync(Observation o, CancellationToken cancellation)
    {
        using var page = await client.ListPageAsync(ApiResource.EndpointSlices, $"labelSelector={GateEndpoints.MigrationLabel}%3D{o.Migration.Metadata.Uid}", cancellation);
        foreach (var slice in page.RootElement.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("metadata")))
        {
            await client.DeleteAsync(ApiResource.EndpointSlices, o.Migration.Metadata.NamespaceProperty, slice.GetProperty("name").GetString()!, slice.GetProperty("uid").GetString()!, null, cancellation);
        }
    }

    /// <exception cref="MoveRefusedException">Admission, quota or validation refuses such a pod.</exception>
    private async Task TryAsync(V1Pod pod, CancellationToken cancellation)
    {
        try
        {
            await client.CreateAsync(ApiResource.Pods, pod.Metadata.NamespaceProperty, pod, cancellation, dryRun: true);
        }
        catch (ApiException e) when (SaysNothing(e))
        {
            // The trial cannot tell; the move goes on as it would without it.
        }
        catch (ApiException e) when (e.Code is HttpStatusCode.Forbidden or HttpStatusCode.UnprocessableEntity or HttpStatusCode.BadRequest)
        {
            throw new MoveRefusedException(new Refusal(Reasons.OwnerUnsupported, $"the pod could not be created again on the target: {e.Message}"));
        }
    }

    /// <summary>The source still takes its share of a quota, which is free by then; and a webhook of somebody else may not answer dry runs at all.</summary>
    private static bool SaysNothing(ApiException e)
        => e.Message.Contains("exceeded quota", StringComparison.Ordinal) || e.Message.Contains("does not support dry run", StringComparison.Ordinal);

    private async Task TellAsync(Observation o, MoveAction.Tell a, CancellationToken cancellation)
    {
        if (!a.OnPod)
        {
            await events.TellAsync(EventSubject.Of(ApiResource.Migrations, o.Migration.Metadata), a.Warning, a.Reason, a.Message, cancellation);
        }
        else if (o.Namesake is { } pod)
        {
            await events.TellAsync(EventSubject.Of(ApiResource.Pods, pod.Metadata), a.Warning, a.Reason, a.Message, cancellation);
        }
    }
}
