using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Printing;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Http;

/// <summary>Answers watch: one line of JSON an event, until the time is over or the watcher goes.</summary>
internal sealed class ObjectWatcher(ObjectStore store, ApiServerOptions options)
{
    public async Task WatchAsync(HttpContext context, ResourceRequest request, CancellationToken stopping)
    {
        var filter = ObjectFilter.Parse(context.Request, request);
        var form = Representations.Of(context.Request);
        var stream = new WatchStream(context, request, filter, form, options.Time);
        Subscription? subscription = null;
        try
        {
            subscription = await BeginAsync(context, request, stream);
            await FollowAsync(context, stream, subscription, stopping);
        }
        catch (ApiException e) when (e.Reason == "Expired")
        {
            await stream.ErrorAsync(e);
        }
        finally
        {
            subscription?.Dispose();
        }
    }

    /// <summary>Sends the present state when the watcher does not continue from a version.</summary>
    private async Task<Subscription> BeginAsync(HttpContext context, ResourceRequest request, WatchStream stream)
    {
        var asked = context.Request.Query["resourceVersion"].ToString();
        var sendsInitial = RequestOptions.IsTrue(context, "sendInitialEvents");
        if (asked is not ("" or "0") && !sendsInitial)
        {
            return long.TryParse(asked, CultureInfo.InvariantCulture, out var since)
                ? store.Watch(request.Stored, since)
                : throw new ApiException(500, "", $"resourceVersion: Invalid value: \"{asked}\": strconv.ParseUint: parsing \"{asked}\": invalid syntax");
        }

        var snapshot = store.List(request.Stored);
        var subscription = store.Watch(request.Stored, snapshot.Version);
        if (context.Request.Query["sendInitialEvents"].ToString() != "false")
        {
            foreach (var o in snapshot.Objects.Values)
            {
                stream.Write(new(ChangeKind.Added, request.Resource, o, null));
            }
        }

        if (sendsInitial)
        {
            stream.Bookmark(snapshot.Version, endsInitialEvents: true);
        }

        await stream.FlushAsync();
        return subscription;
    }

    private async Task FollowAsync(HttpContext context, WatchStream stream, Subscription subscription, CancellationToken stopping)
    {
        var length = int.TryParse(context.Request.Query["timeoutSeconds"], CultureInfo.InvariantCulture, out var seconds) && seconds > 0
            ? TimeSpan.FromSeconds(seconds)
            : options.WatchTimeout;
        using var timeout = new CancellationTokenSource(length, options.Time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, context.RequestAborted, stopping);
        var bookmarks = RequestOptions.IsTrue(context, "allowWatchBookmarks");
        await stream.FlushAsync();
        while (!end.IsCancellationRequested && !subscription.Reader.Completion.IsCompleted)
        {
            var isIdle = await WaitAsync(subscription, bookmarks, end.Token);

            // Read before draining: every change up to this version is in the queue by now.
            var version = store.Version;
            while (subscription.Reader.TryRead(out var change))
            {
                stream.Write(change);
            }

            if (bookmarks && isIdle && !context.RequestAborted.IsCancellationRequested)
            {
                stream.Bookmark(version, endsInitialEvents: false);
            }

            if (!context.RequestAborted.IsCancellationRequested)
            {
                await stream.FlushAsync();
            }
        }
    }

    /// <returns>Whether nothing happened: the time for a bookmark.</returns>
    private async Task<bool> WaitAsync(Subscription subscription, bool bookmarks, CancellationToken end)
    {
        using var pause = new CancellationTokenSource(bookmarks ? options.BookmarkInterval : Timeout.InfiniteTimeSpan, options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(pause.Token, end);
        try
        {
            await subscription.Reader.WaitToReadAsync(either.Token);
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }
}
