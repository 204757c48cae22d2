using k8s;
using k8s.Models;
using Microsoft.Data.Sqlite;
using Rebalancer.Descheduler.Cluster;
using Rebalancer.Kubernetes.Informers;
using Rebalancer.Ledger.Accounting;
using Rebalancer.Ledger.Entries;
using Rebalancer.Ledger.Store;

namespace Rebalancer.Descheduler.Ledger;

/// <summary>
/// Keeps the ledger of this replica, whether it leads or not. Informers only put into a queue; this one task writes, in batches. After a start, and after the
/// queue had to drop something, every object that is still there is looked at: what has happened meanwhile stands in them.
/// </summary>
internal sealed partial class LedgerKeeper : BackgroundService
{
    private const int MostAtOnce = 1000;

    /// <summary>Batches of a busy cluster get larger, and not more.</summary>
    private static readonly TimeSpan Gathers = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Reprices = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Totals = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Prunes = TimeSpan.FromHours(6);

    private readonly LedgerFile file;
    private readonly ClusterCache cache;
    private readonly LedgerMetrics metrics;
    private readonly TimeProvider clock;
    private readonly ILogger<LedgerKeeper> logger;
    private readonly ObservationQueue queue = new();
    private readonly LedgerRecorder recorder;

    public LedgerKeeper(LedgerFile file, ClusterCache cache, LedgerMetrics metrics, TimeProvider clock, ILogger<LedgerKeeper> logger)
    {
        (this.file, this.cache, this.metrics, this.clock, this.logger) = (file, cache, metrics, clock, logger);
        recorder = new LedgerRecorder(cache);
        if (file.Store is null)
        {
            return;
        }

        metrics.Watch(queue);
        cache.Plans.OnChange(Put);
        cache.Migrations.OnChange(Put);
        cache.Nodes.OnChange(PutNode);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (file.Store is not { } store)
        {
            return;
        }

        await cache.Synced.WaitAsync(stoppingToken);
        try
        {
            await UntilWrittenAsync(() => CatchUp(store), stoppingToken);
            await KeepAsync(store, stoppingToken);
        }
        finally
        {
            WriteLast(store);
        }
    }

    private async Task KeepAsync(LedgerStore store, CancellationToken stopping)
    {
        var (repriced, totalled, pruned) = (DateTimeOffset.MinValue, DateTimeOffset.MinValue, DateTimeOffset.MinValue);
        while (!stopping.IsCancellationRequested)
        {
            await UntilWrittenAsync(() => WriteOff(store), stopping);
            if (queue.TakeOverflow())
            {
                await UntilWrittenAsync(() => CatchUp(store), stopping);
            }

            var now = clock.GetUtcNow();
            if (now - repriced >= Reprices)
            {
                await UntilWrittenAsync(() => Reprice(store), stopping);
                repriced = now;
            }

            if (now - totalled >= Totals)
            {
                Show(store, now);
                totalled = now;
            }

            if (now - pruned >= Prunes)
            {
                await UntilWrittenAsync(() => LedgerRetention.Apply(store, now), stopping);
                pruned = now;
            }

            await queue.WaitAsync(Reprices, clock, stopping);
            await Task.Delay(Gathers, clock, stopping);
        }
    }

    /// <summary>What is in the queue when the process ends: of a node that went, the next one would not know when.</summary>
    private void WriteLast(LedgerStore store)
    {
        try
        {
            WriteOff(store);
        }
        catch (SqliteException e)
        {
            metrics.Failed();
            NotWritten(logger, store.Path, e.Message);
        }
    }

    private void Put<T>(Change<T> change)
        where T : class, IKubernetesObject<V1ObjectMeta> => Put(change.Latest, change.After is null);

    /// <summary>kubelet writes its node every few seconds; only that a node comes and goes is urgent.</summary>
    private void PutNode(Change<V1Node> change)
    {
        if (change.Before is { } before && before.Metadata.Uid != change.After?.Metadata.Uid)
        {
            Put(before, gone: true);
        }

        if (change.After is { } after && after.Metadata.Uid != change.Before?.Metadata.Uid)
        {
            Put(after, gone: false);
        }
    }

    private void Put(IKubernetesObject<V1ObjectMeta> item, bool gone)
    {
        if (item.Metadata.Uid is { Length: > 0 } && !queue.Put(new Observation(item, clock.GetUtcNow(), gone)))
        {
            metrics.Dropped();
        }
    }

    private void CatchUp(LedgerStore store)
    {
        var now = clock.GetUtcNow();
        var book = store.Read(now);
        recorder.Remember(book);
        var all = cache.Nodes.List().Cast<IKubernetesObject<V1ObjectMeta>>().Concat(cache.Plans.List()).Concat(cache.Migrations.List());
        var policies = PolicyBook.Of(cache.Policies.List());
        store.Write(recorder.Vanished(book, now));
        foreach (var chunk in all.Chunk(MostAtOnce))
        {
            Write(store, recorder.Entries([.. chunk.Select(o => new Observation(o, now, Gone: false))], policies));
        }
    }

    private void WriteOff(LedgerStore store)
    {
        while (queue.Take(MostAtOnce) is { Count: > 0 } taken)
        {
            try
            {
                Write(store, recorder.Entries(taken, PolicyBook.Of(cache.Policies.List())));
            }
            catch (SqliteException)
            {
                taken.ToList().ForEach(o => queue.Put(o));
                throw;
            }
        }
    }

    private void Reprice(LedgerStore store) => Write(store, recorder.Reprice(PolicyBook.Of(cache.Policies.List()), clock.GetUtcNow()));

    private void Show(LedgerStore store, DateTimeOffset now)
    {
        try
        {
            var period = new Period(Exact.Instant(now - LedgerMetrics.Reach), Exact.Instant(now));
            metrics.Set(new Account(store.Read(period.From), period).Report(), store.UsedBytes);
        }
        catch (Exception e) when (e is SqliteException or LedgerException)
        {
            NotTotalled(logger, store.Path, e.Message);
        }
    }

    private void Write(LedgerStore store, IEnumerable<LedgerEntry> entries)
    {
        var written = entries.ToList();
        try
        {
            store.Write(written);
        }
        catch (SqliteException)
        {
            recorder.Forget(written);
            throw;
        }
    }

    /// <summary>A full disk may be emptied again; until then nothing is lost but what the queue cannot hold.</summary>
    private async Task UntilWrittenAsync(Action write, CancellationToken stopping)
    {
        for (var written = false; !written;)
        {
            try
            {
                write();
                written = true;
            }
            catch (Exception e) when (e is SqliteException or LedgerException)
            {
                metrics.Failed();
                NotWritten(logger, file.Store!.Path, e.Message);
                await Task.Delay(RetryAfter, clock, stopping);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // A mistake in here must not end the process, which moves pods; what it was about is missing in the ledger.
                metrics.Failed();
                NotUnderstood(logger, file.Store!.Path, e);
                return;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Ledger {Path} is not written: {Cause}")]
    private static partial void NotWritten(ILogger logger, string path, string cause);

    [LoggerMessage(Level = LogLevel.Error, Message = "Ledger {Path}: something is not recorded")]
    private static partial void NotUnderstood(ILogger logger, string path, Exception cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Ledger {Path}: metrics stay as they are: {Cause}")]
    private static partial void NotTotalled(ILogger logger, string path, string cause);
}
