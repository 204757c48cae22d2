using System.Text.Json;
using k8s;
using k8s.Autorest;
using Microsoft.Extensions.Logging;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Cluster;

/// <summary>
/// Keeps <see cref="MigrationBook"/> up to date: a list and a watch for the Migrations that leave this node, and the same for those that come to it.
/// A watch that ends is taken up where it ended; one that is too old (410), or fails, starts again with a list.
/// </summary>
internal sealed class MigrationWatcher(IKubernetes kubernetes, MigrationBook book, AgentOptions options, TimeProvider clock, Random random, ILogger<MigrationWatcher> log)
    : BackgroundService
{
    private const int PageSize = 500;
    private const int WatchSeconds = 240;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var leaving = new Side($"{Names.SourceNodeLabel}={options.Node}");
        var coming = new Side($"{Names.TargetNodeLabel}={options.Node}");
        var loops = Task.WhenAll(LoopAsync(leaving, stoppingToken), LoopAsync(coming, stoppingToken));
        await Task.WhenAll(leaving.Listed.Task, coming.Listed.Task).WaitAsync(stoppingToken);
        book.MarkSynced();
        await loops;
    }

    private async Task LoopAsync(Side side, CancellationToken cancellation)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5), random, clock);
        string? version = null;
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                version ??= await ListAsync(side, cancellation);
                version = await WatchAsync(side, version, backoff, cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is HttpRequestException or HttpOperationException or IOException or KubernetesException or OperationCanceledException or JsonException)
            {
                log.LogWarning("Watch of migrations with {Selector} failed, listing again: {Cause}", side.Selector, e.Message);
                version = null;
                await backoff.WaitAsync(cancellation);
            }
        }
    }

    private async Task<string?> ListAsync(Side side, CancellationToken cancellation)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        string? next = null, version;
        do
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(TimeSpan.FromSeconds(30));
            using var answer = await kubernetes.CustomObjects.ListClusterCustomObjectWithHttpMessagesAsync<MigrationList>(
                Names.Group, Names.Version, Migration.MigrationPlural, continueParameter: next, labelSelector: side.Selector, limit: PageSize, cancellationToken: limit.Token);
            foreach (var migration in answer.Body.Items)
            {
                seen.Add(migration.Metadata.Uid);
                book.Put(migration);
            }
            (next, version) = (answer.Body.Metadata.ContinueProperty, answer.Body.Metadata.ResourceVersion);
        }
        while (!string.IsNullOrEmpty(next));
        foreach (var gone in side.Known.Except(seen).ToList()) { book.Remove(gone); }
        side.Known = seen;
        side.Listed.TrySetResult();
        return version;
    }

    /// <returns>The version to go on from; null: list again.</returns>
    private async Task<string?> WatchAsync(Side side, string? version, Backoff backoff, CancellationToken cancellation)
    {
        var events = kubernetes.CustomObjects.WatchListClusterCustomObjectAsync(
            Names.Group, Names.Version, Migration.MigrationPlural, allowWatchBookmarks: true, labelSelector: side.Selector,
            resourceVersion: version, timeoutSeconds: WatchSeconds, cancellationToken: cancellation);
        await foreach (var (kind, value) in events)
        {
            if (kind == WatchEventType.Error || value is not JsonElement json) { return null; }
            var migration = KubernetesJson.Deserialize<Migration>(json);
            backoff.Reset();
            version = migration.Metadata.ResourceVersion ?? version;
            Take(side, kind, migration);
        }
        return version;
    }

    private void Take(Side side, WatchEventType kind, Migration migration)
    {
        switch (kind)
        {
            case WatchEventType.Added or WatchEventType.Modified:
                side.Known.Add(migration.Metadata.Uid);
                book.Put(migration);
                break;
            case WatchEventType.Deleted:
                side.Known.Remove(migration.Metadata.Uid);
                book.Remove(migration.Metadata.Uid);
                break;
            default:
                break;
        }
    }

    private sealed class Side(string selector)
    {
        public string Selector { get; } = selector;
        public HashSet<string> Known { get; set; } = new(StringComparer.Ordinal);
        public TaskCompletionSource Listed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
