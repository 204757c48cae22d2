using System.Collections.Immutable;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Descheduler.Migrations;

/// <summary>JSON patches on a Migration's status. None names source or target, which belong to their agents; each is a compare-and-set.</summary>
internal static class MigrationPatches
{
    public static JsonPatch EnterPhase(Migration migration, MoveAction.EnterPhase action)
    {
        if (action.From.Length == 0)
        {
            return Begin(migration, action);
        }

        return Set(Guard(action.From).Test("/status/decision", action.Decision).Set("/status/phase", action.To), action.Status);
    }

    public static JsonPatch Abort(MoveAction.Abort action)
        => Set(
            Guard(action.From).Test("/status/decision", Decision.None).Set("/status/decision", Decision.Aborted).Set("/status/phase", action.To),
            action.Status);

    /// <summary>Sets one of the annotations by which a move is told what to do: <see cref="Names.Abort"/> or <see cref="Names.Cutover"/>.</summary>
    /// <returns>The Migration as it is then.</returns>
    public static Task<Migration> TellAsync(this ApiClient client, Migration migration, string annotation, CancellationToken cancellation)
    {
        var patch = new Dictionary<string, object> { ["metadata"] = new Dictionary<string, object> { ["annotations"] = new Dictionary<string, string> { [annotation] = "true" } } };
        return client.MergeAsync<Migration>(ApiResource.Migrations, migration.Metadata.NamespaceProperty, migration.Metadata.Name, patch, cancellation);
    }

    public static JsonPatch WriteStatus(MoveAction.WriteStatus action) => Set(Guard(action.Phase), action.Status);

    /// <summary>Only where there is none, whatever copy this was decided on: a second claim must never replace the first, nor what is found of a pod that was let go its owner.</summary>
    public static JsonPatch RecordOwner(MoveAction.RecordOwner action, string token)
        => Guard(Phases.Preparing)
            .Test("/status/owner", null)
            .Test("/status/claim", null)
            .Test("/status/decision", Decision.None)
            .Set("/status/owner", action.Owner)
            .Set("/status/claim", new Claim { Token = token, ExpiresAt = action.ClaimExpiresAt });

    public static JsonPatch BindClaim(Migration migration, MoveAction.BindClaim action)
        => new JsonPatch()
            .Test("/status/claim/token", migration.Status.Claim!.Token)
            .Test("/status/claim/podUID", null)
            .Set("/status/claim/podName", action.PodName)
            .Set("/status/claim/podUID", action.PodUid);

    /// <summary>A new object may have no status at all, so it is written as a whole, and only over the version that had no phase.</summary>
    private static JsonPatch Begin(Migration migration, MoveAction.EnterPhase action)
        => new JsonPatch()
            .Test("/metadata/uid", migration.Metadata.Uid)
            .Test("/metadata/resourceVersion", string.IsNullOrEmpty(migration.Status.Phase) ? migration.Metadata.ResourceVersion : "begun")
            .Set("/status", action.Status.Add("phase", action.To).Add("decision", Decision.None));

    private static JsonPatch Guard(string phase) => new JsonPatch().Test("/status/phase", phase);

    /// <summary>Null takes a field away; adding it first makes that work whether it is there or not.</summary>
    private static JsonPatch Set(JsonPatch patch, ImmutableDictionary<string, object?> status)
    {
        foreach (var (name, value) in status.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            patch = patch.Set("/status/" + name, value ?? "");
            if (value is null)
            {
                patch = patch.Remove("/status/" + name);
            }
        }

        return patch;
    }
}
