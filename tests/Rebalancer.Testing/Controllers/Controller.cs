using System.Text.Json.Nodes;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Operations;
using Rebalancer.Testing.Resources;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Controllers;

/// <summary>One loop: changes mark keys, marked keys are reconciled one after another, a failed one again after a growing pause.</summary>
internal abstract class Controller<TKey>(ControllerContext context, ILogger logger) : IController
    where TKey : notnull
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(5);
    private readonly Dictionary<TKey, int> _failures = [];
    private readonly PriorityQueue<TKey, DateTimeOffset> _retries = new();

    protected ObjectStore Store => context.Store;

    protected ResourceRegistry Registry => context.Registry;

    protected TimeProvider Time => context.Time;

    protected PodBinder Binder => context.Binder;

    /// <summary>Name of the controller, as webhooks see its service account.</summary>
    protected abstract string Name { get; }

    /// <summary>What a change may have made wrong.</summary>
    protected abstract IEnumerable<TKey> Affected(WatchEvent change);

    protected abstract Task ReconcileAsync(TKey key, CancellationToken cancellationToken);

    public async Task RunAsync(Subscription changes, CancellationToken cancellationToken)
    {
        var marked = new HashSet<TKey>();
        while (await WaitAsync(changes, cancellationToken))
        {
            while (changes.Reader.TryRead(out var change))
            {
                marked.UnionWith(Affected(change));
            }

            while (_retries.TryPeek(out var key, out var due) && due <= Time.GetUtcNow())
            {
                marked.Add(_retries.Dequeue());
            }

            foreach (var key in marked)
            {
                await TryReconcileAsync(key, cancellationToken);
            }

            marked.Clear();
        }
    }

    protected Task<StoredObject> CreateAsync(ResourceDescriptor resource, string ns, JsonObject o, CancellationToken cancellationToken) =>
        context.Writer.CreateAsync(resource, ns, o, WriteOptions.Of(Name), cancellationToken);

    protected async Task DeleteAsync(ObjectReference reference, DeleteOptions options, CancellationToken cancellationToken)
    {
        try
        {
            await context.Deleter.DeleteAsync(reference.Resource, reference.Key, options, WriteOptions.Of(Name), cancellationToken);
        }
        catch (ApiException e) when (e.Reason is "NotFound" or "Conflict")
        {
            // Gone, or another object of the same name by now: nothing of ours is left to delete.
            return;
        }
    }

    protected async Task ChangeAsync(ObjectReference reference, Action<JsonObject> change, CancellationToken cancellationToken, string subresource = "")
    {
        try
        {
            await context.Writer.UpdateAsync(reference.Resource, reference.Key, Changed, WriteOptions.Of(Name) with { Subresource = subresource }, cancellationToken);
        }
        catch (ApiException e) when (e.Reason == "NotFound")
        {
            // The object went meanwhile: its deletion is a change of its own.
            return;
        }

        JsonObject Changed(JsonObject o)
        {
            change(o);
            return o;
        }
    }

    /// <summary>Reconciles the key again after a pause.</summary>
    protected void Revisit(TKey key, TimeSpan pause) => _retries.Enqueue(key, Time.GetUtcNow() + pause);

    private async Task TryReconcileAsync(TKey key, CancellationToken cancellationToken)
    {
        try
        {
            await ReconcileAsync(key, cancellationToken);
            _failures.Remove(key);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            var failures = _failures.GetValueOrDefault(key) + 1;
            _failures[key] = failures;
            var pause = FirstRetry * Math.Pow(2, Math.Min(failures - 1, 10));
            Revisit(key, pause < LongestRetry ? pause : LongestRetry);
            logger.LogWarning("{Controller}: {Key} failed {Failures} times in a row: {Message}", Name, key, failures, e.Message);
        }
    }

    /// <returns>False when the server ends.</returns>
    private async Task<bool> WaitAsync(Subscription changes, CancellationToken cancellationToken)
    {
        if (!_retries.TryPeek(out _, out var due))
        {
            return await changes.Reader.WaitToReadAsync(cancellationToken);
        }

        var pause = due - Time.GetUtcNow();
        if (pause <= TimeSpan.Zero)
        {
            return true;
        }

        using var timer = new CancellationTokenSource(pause, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            return await changes.Reader.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return true;
        }
    }
}
