using System.Globalization;
using Rebalancer.Descheduler.Cluster;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Ledger.Accounting;
using Rebalancer.Ledger.Entries;
using Rebalancer.Ledger.Focus;
using Rebalancer.Ledger.Store;
using Rebalancer.Ledger.Waste;
using Rebalancer.Policy.Cost;

namespace Rebalancer.Descheduler.Ledger;

/// <summary>/ledger/savings and /ledger/waste: reports for people and programs, beside the metrics. Whoever may read those may read these.</summary>
internal static class LedgerEndpoints
{
    private const string Instants = "an instant as in RFC 3339, such as 2026-01-31T12:00:00Z";

    /// <summary>One at a time: a report of a year is worth some memory.</summary>
    private static readonly SemaphoreSlim Turn = new(1, 1);

    public static void MapLedger(this WebApplication app)
    {
        app.MapGet("/ledger/savings", SavingsAsync);
        app.MapGet("/ledger/waste", WasteAsync);
    }

    private static async Task<IResult> SavingsAsync(LedgerFile file, TimeProvider clock, CancellationToken cancellation, string? since = null, string? until = null, string? format = null, string? account = null)
    {
        var now = clock.GetUtcNow();
        if (file.Store is not { } store) { return Say(StatusCodes.Status503ServiceUnavailable, file.Missing); }
        if (!TryRead(since, DateTimeOffset.UnixEpoch, out var from)) { return Say(StatusCodes.Status400BadRequest, $"since is '{since}', expected {Instants}"); }
        if (!TryRead(until, now, out var to) || to > now) { return Say(StatusCodes.Status400BadRequest, $"until is '{until}', expected {Instants}, not in the future"); }
        if (to <= from) { return Say(StatusCodes.Status400BadRequest, $"since is '{since}', expected an instant before until"); }
        await Turn.WaitAsync(cancellation);
        try
        {
            return await AnswerAsync(new Account(store.Read(from), new Period(Exact.Instant(from), Exact.Instant(to))), format ?? "json", account ?? FocusExport.UnknownAccount, cancellation);
        }
        catch (LedgerException e)
        {
            return Say(StatusCodes.Status422UnprocessableEntity, e.Message);
        }
        finally
        {
            Turn.Release();
        }
    }

    private static async Task<IResult> AnswerAsync(Account account, string format, string billingAccount, CancellationToken cancellation)
    {
        var body = new MemoryStream();
        switch (format)
        {
            case "json":
                return Results.Json(account.Report(), LedgerJson.Options);
            case "focus-csv":
                await FocusExport.WriteCsvAsync(account, billingAccount, body, cancellation);
                return Results.Bytes(Written(body), "text/csv; charset=utf-8", "savings.csv");
            case "focus-parquet":
                await FocusExport.WriteParquetAsync(account, billingAccount, body, cancellation);
                return Results.Bytes(Written(body), "application/vnd.apache.parquet", "savings.parquet");
            default:
                return Say(StatusCodes.Status400BadRequest, $"format is '{format}', expected json, focus-csv or focus-parquet");
        }
    }

    private static async Task<IResult> WasteAsync(ClusterCache cache, PodUse use, TimeProvider clock, CancellationToken cancellation)
    {
        if (!cache.Synced.IsCompletedSuccessfully) { return Say(StatusCodes.Status503ServiceUnavailable, "the cluster's objects are not read yet"); }
        var usage = await use.ReadAsync(cancellation);
        var policies = PolicyBook.Of(cache.Policies.List());
        var nodes = cache.Nodes.List().Select(n => NodeMapping.ToModel(n, [])).ToList();
        var pods = cache.Pods.List().Select(p => PodMapping.ToModel(p, []));
        return Results.Json(WasteAccount.Of(nodes, pods, n => policies.ForNode(n).Policy.Pricing.PriceOf(n), new SizeRates(), usage, Exact.Instant(clock.GetUtcNow())), LedgerJson.Options);
    }

    /// <summary>Without another copy of what may be a hundred megabytes.</summary>
    private static ReadOnlyMemory<byte> Written(MemoryStream body) => body.GetBuffer().AsMemory(0, (int)body.Length);

    private static bool TryRead(string? text, DateTimeOffset otherwise, out DateTimeOffset at)
    {
        at = otherwise;
        return text is null || DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out at);
    }

    private static IResult Say(int status, string why) => Results.Text(why, statusCode: status);
}
