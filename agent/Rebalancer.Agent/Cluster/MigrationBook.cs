using System.Globalization;
using System.Threading.Channels;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Cluster;

/// <summary>The newest known version of every Migration that names this node, and a way to wait for a change. Versions may come from the watch or from a direct read.</summary>
internal sealed class MigrationBook
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Page> pages = new(StringComparer.Ordinal);
    private readonly Channel<string> changed = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TaskCompletionSource synced = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>UIDs of Migrations that changed, for the one loop that starts moves.</summary>
    public ChannelReader<string> Changed => changed.Reader;

    /// <summary>Done when the first lists have been read.</summary>
    public Task Synced => synced.Task;

    public void MarkSynced() => synced.TrySetResult();

    public IReadOnlyCollection<Migration> All
    {
        get { lock (gate) { return [.. pages.Values.Select(page => page.Current)]; } }
    }

    public Migration? Find(string uid)
    {
        lock (gate) { return pages.TryGetValue(uid, out var page) ? page.Current : null; }
    }

    /// <summary>Takes a version unless a newer one is known.</summary>
    public void Put(Migration migration)
    {
        lock (gate)
        {
            pages.TryGetValue(migration.Metadata.Uid, out var page);
            if (page is not null && IsOlder(migration, page.Current)) { return; }
            pages[migration.Metadata.Uid] = new Page(migration);
            page?.Next.TrySetResult();
        }
        changed.Writer.TryWrite(migration.Metadata.Uid);
    }

    public void Remove(string uid)
    {
        lock (gate)
        {
            if (pages.Remove(uid, out var page)) { page.Next.TrySetResult(); }
        }
        changed.Writer.TryWrite(uid);
    }

    /// <summary>The Migration as soon as the condition holds; null when the object was deleted.</summary>
    public async Task<Migration?> WaitAsync(string uid, Func<Migration, bool> condition, CancellationToken cancellation)
    {
        while (true)
        {
            Page? page;
            lock (gate)
            {
                if (!pages.TryGetValue(uid, out page)) { return null; }
            }
            if (condition(page.Current)) { return page.Current; }
            await page.Next.Task.WaitAsync(cancellation);
        }
    }

    private static bool IsOlder(Migration one, Migration other) =>
        ulong.TryParse(one.Metadata.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var a)
        && ulong.TryParse(other.Metadata.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var b) && a < b;

    private sealed record Page(Migration Current)
    {
        public TaskCompletionSource Next { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
