using k8s;
using k8s.Models;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Lab.Moves;

/// <summary>Migration objects as a user of the API handles them: create one, look, wait for its end.</summary>
internal sealed class MigrationApi(IKubernetes kubernetes, TimeProvider time)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    public static bool HasEnded(Migration migration) => Phases.IsFinal(migration.Status.Phase);

    public async Task<Migration> CreateAsync(string name, MigrationSpec spec, string @namespace, CancellationToken cancel)
    {
        var migration = new Migration { Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = @namespace }, Spec = spec };
        return await kubernetes.CustomObjects.CreateNamespacedCustomObjectAsync<Migration>(
            migration, Names.Group, Names.Version, @namespace, Migration.MigrationPlural, cancellationToken: cancel);
    }

    public async Task<IReadOnlyList<Migration>> ListAsync(CancellationToken cancel)
    {
        var list = await kubernetes.CustomObjects.ListClusterCustomObjectAsync<MigrationList>(
            Names.Group, Names.Version, Migration.MigrationPlural, cancellationToken: cancel);
        return [.. list.Items.OrderBy(migration => migration.Metadata.CreationTimestamp).ThenBy(migration => migration.Metadata.Name, StringComparer.Ordinal)];
    }

    public Task<Migration> GetAsync(string name, string @namespace, CancellationToken cancel) =>
        kubernetes.CustomObjects.GetNamespacedCustomObjectAsync<Migration>(
            Names.Group, Names.Version, @namespace, Migration.MigrationPlural, name, cancellationToken: cancel);

    /// <summary>Sets one of the annotations by which a move is told what to do.</summary>
    public Task TellAsync(string name, string @namespace, string annotation, CancellationToken cancel)
    {
        var patch = new V1Patch(new { metadata = new { annotations = new Dictionary<string, string> { [annotation] = "true" } } }, V1Patch.PatchType.MergePatch);
        return kubernetes.CustomObjects.PatchNamespacedCustomObjectAsync(patch, Names.Group, Names.Version, @namespace, Migration.MigrationPlural, name, cancellationToken: cancel);
    }

    public Task<Migration> WaitForEndAsync(string name, string @namespace, TimeSpan limit, CancellationToken cancel) =>
        WaitAsync(name, @namespace, HasEnded, limit, cancel);

    /// <exception cref="TimeoutException">The condition did not hold within the limit; the message shows the status.</exception>
    public async Task<Migration> WaitAsync(string name, string @namespace, Func<Migration, bool> condition, TimeSpan limit, CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var migration = await GetAsync(name, @namespace, cancel);
            if (condition(migration))
            {
                return migration;
            }

            if (time.GetElapsedTime(started) > limit)
            {
                throw new TimeoutException($"migration {@namespace}/{name} after {limit.TotalSeconds:0} s: {Describe(migration)}");
            }

            await Task.Delay(Look, time, cancel);
        }
    }

    public static string Describe(Migration migration)
    {
        var status = migration.Status;
        return $"phase {status.Phase ?? "-"}, decision '{status.Decision}', reason {status.Reason ?? "-"}: {status.Message ?? "-"}; "
            + $"source {status.SourceNode} {status.Source?.State ?? "-"} {status.Source?.Reason} {status.Source?.Message} {status.Source?.LogLine}; "
            + $"target {status.TargetNode} {status.Target?.State ?? "-"} {status.Target?.Reason} {status.Target?.Message} {status.Target?.LogLine}; "
            + $"claim {status.Claim?.PodName ?? "-"}";
    }
}
