using System.Collections.Concurrent;
using System.Text.Json;
using k8s;
using k8s.Models;
using Microsoft.Extensions.Logging;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Kubernetes.Informers;

/// <summary>What a handler is told: the object before and after. One of them is null when it appears or goes.</summary>
public readonly record struct Change<T>(T? Before, T? After)
    where T : class
{
    public T Latest => After ?? Before!;
}

/// <summary>
/// A local copy of one resource, kept up to date by list and watch. Handlers run on the informer's loop, one at a time, and only mark work.
/// </summary>
/// <param name="trim">Takes away from each object what its owner never looks at, since every object stays in memory.</param>
public sealed class Informer<T>(ApiClient client, ApiResource resource, InformerOptions options, TimeProvider clock, ILogger logger, Action<T>? trim = null) : IInformer
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly ConcurrentDictionary<(string Namespace, string Name), T> objects = new(options.KeyComparer);
    private readonly TaskCompletionSource synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock gate = new();
    private readonly Random jitter = new(options.JitterSeed);
    private Action<Change<T>> handlers = static _ => { };
    private long unsyncedTicks = clock.GetUtcNow().UtcTicks;

    public ApiResource Resource => resource;

    /// <summary>Completes once the first list is in the cache and its handlers have run.</summary>
    public Task Synced => synced.Task;

    public DateTimeOffset? UnsyncedSince => Interlocked.Read(ref unsyncedTicks) is var ticks and > 0 ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    public void OnChange(Action<Change<T>> handler) => handlers += handler;

    public IReadOnlyCollection<T> List() => (IReadOnlyCollection<T>)objects.Values;

    public T? Get(string? ns, string name) => objects.GetValueOrDefault((ns ?? "", name));

    /// <summary>
    /// Takes an object that a write of ours returned, so that the next decision sees the write before the watch tells of it.
    /// Ignored if it is older than the copy, or if there is no copy: the object may have been deleted meanwhile and must not come back.
    /// </summary>
    public void Observe(T written)
    {
        lock (gate)
        {
            if (objects.TryGetValue(Key(written), out var known) && known.Metadata.Uid == written.Metadata.Uid)
            {
                Store(written);
            }
        }
    }

    public async Task RunAsync(CancellationToken cancellation)
    {
        var failures = 0;
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                var version = await ListAsync(cancellation);
                synced.TrySetResult();
                Interlocked.Exchange(ref unsyncedTicks, 0);
                failures = 0;
                await WatchFromAsync(version, cancellation);
            }
            catch (ApiException e) when (e.IsExpired)
            {
                Log.Relisting(logger, resource.Plural, e.Message);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or ApiException or TimeoutException or JsonException && !cancellation.IsCancellationRequested)
            {
                failures++;
                Interlocked.CompareExchange(ref unsyncedTicks, clock.GetUtcNow().UtcTicks, 0);
                var delay = BackOff(failures);
                Log.Reconnecting(logger, resource.Plural, e.Message, delay.TotalMilliseconds);
                await Task.Delay(delay, clock, cancellation);
            }
        }
    }

    /// <summary>Doubles from the first delay up to the longest, each times 0.5 to 1, so that many clients do not return at once.</summary>
    private TimeSpan BackOff(int failures)
    {
        var factor = Math.Pow(2, Math.Min(failures - 1, 16));
        var delay = Math.Min(options.FirstBackOff.TotalMilliseconds * factor, options.LongestBackOff.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(delay * (0.5 + jitter.NextDouble() / 2));
    }

    private async Task<string> ListAsync(CancellationToken cancellation)
    {
        var seen = new HashSet<(string, string)>();
        var next = "";
        string version;
        do
        {
            var query = $"limit={options.PageSize}" + (next.Length == 0 ? "" : "&continue=" + Uri.EscapeDataString(next));
            using var page = await client.ListPageAsync(resource, query, cancellation);
            foreach (var item in page.RootElement.GetProperty("items").EnumerateArray())
            {
                if (Read(item) is { } read)
                {
                    seen.Add(Key(read));
                    Store(read);
                }
            }

            (version, next) = ReadListMeta(page.RootElement.GetProperty("metadata"));
        }
        while (next.Length > 0);
        foreach (var gone in objects.Keys.Where(key => !seen.Contains(key)).ToList())
        {
            Forget(gone);
        }

        return version;
    }

    private static (string Version, string Continue) ReadListMeta(JsonElement metadata)
        => (metadata.GetProperty("resourceVersion").GetString() ?? "", metadata.TryGetProperty("continue", out var next) ? next.GetString() ?? "" : "");

    /// <summary>Follows the watch through the server's own time limit, as long as it does not fail.</summary>
    private async Task WatchFromAsync(string version, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            var query = $"watch=1&allowWatchBookmarks=true&timeoutSeconds={options.WatchTimeoutSeconds}&resourceVersion={Uri.EscapeDataString(version)}";
            var (last, events) = await WatchOnceAsync(query, version, cancellation);
            version = last;

            // A server that ends every watch at once must not be asked in a tight loop.
            if (events == 0)
            {
                await Task.Delay(options.FirstBackOff, clock, cancellation);
            }
        }
    }

    /// <summary>A connection that died silently must not leave the copy behind for ever.</summary>
    private async Task<(string Version, int Events)> WatchOnceAsync(string query, string version, CancellationToken cancellation)
    {
        var events = 0;
        using var expiry = new CancellationTokenSource(TimeSpan.FromSeconds(options.WatchTimeoutSeconds) + options.WatchGrace, clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation, expiry.Token);
        try
        {
            await foreach (var line in client.WatchAsync(resource, query, limit.Token))
            {
                using (line)
                {
                    events++;
                    version = Apply(line.RootElement) ?? version;
                }
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"watch of {resource.Plural}: the server did not end it after {options.WatchTimeoutSeconds} s");
        }

        return (version, events);
    }

    private string? Apply(JsonElement line)
    {
        var type = line.GetProperty("type").GetString();
        var body = line.GetProperty("object");
        if (type == "ERROR")
        {
            var code = body.TryGetProperty("code", out var c) && c.TryGetInt32(out var number) ? number : 500;
            throw new ApiException((System.Net.HttpStatusCode)code, "Watch", $"watch of {resource.Plural}: {body.GetRawText()}");
        }

        var version = body.GetProperty("metadata").GetProperty("resourceVersion").GetString();
        if (type == "BOOKMARK" || Read(body) is not { } read)
        {
            return version;
        }

        if (type == "DELETED")
        {
            Forget(Key(read));
        }
        else
        {
            Store(read);
        }

        return version;
    }

    private T? Read(JsonElement element)
    {
        try
        {
            var read = KubernetesJson.Deserialize<T>(element);
            trim?.Invoke(read);
            return read;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or ArgumentException or NotSupportedException)
        {
            var name = element.TryGetProperty("metadata", out var meta) ? meta.ToString() : "without metadata";
            Log.Unreadable(logger, resource.Kind, name, e.Message);
            return null;
        }
    }

    private void Store(T read)
    {
        var key = Key(read);
        lock (gate)
        {
            var before = objects.GetValueOrDefault(key);
            if (before is not null && !IsNewer(read, before))
            {
                return;
            }

            objects[key] = read;
            handlers(new Change<T>(before, read));
        }
    }

    private void Forget((string, string) key)
    {
        lock (gate)
        {
            if (objects.TryRemove(key, out var before))
            {
                handlers(new Change<T>(before, null));
            }
        }
    }

    /// <summary>Kubernetes promises that resource versions of one resource compare as integers (KEP-5504).</summary>
    private static bool IsNewer(T candidate, T known)
        => !ulong.TryParse(candidate.Metadata.ResourceVersion, out var a) || !ulong.TryParse(known.Metadata.ResourceVersion, out var b) || a > b;

    private static (string Namespace, string Name) Key(T item) => (item.Metadata.NamespaceProperty ?? "", item.Metadata.Name ?? "");
}
