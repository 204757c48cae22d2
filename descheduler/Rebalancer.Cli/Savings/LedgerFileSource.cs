using System.Text.Json;
using Rebalancer.Ledger.Accounting;
using Rebalancer.Ledger.Entries;
using Rebalancer.Ledger.Focus;
using Rebalancer.Ledger.Store;

namespace Rebalancer.Cli.Savings;

/// <summary>A ledger's file, read here.</summary>
internal sealed class LedgerFileSource(string path) : ILedgerSource
{
    public async Task<byte[]> SavingsAsync(DateTimeOffset since, DateTimeOffset until, string format, string? account, CancellationToken cancellation)
    {
        try
        {
            var accounts = new Account(LedgerReader.Read(path, since), new Period(Exact.Instant(since), Exact.Instant(until)));
            using var body = new MemoryStream();
            switch (format)
            {
                case "focus-csv": await FocusExport.WriteCsvAsync(accounts, account ?? FocusExport.UnknownAccount, body, cancellation); break;
                case "focus-parquet": await FocusExport.WriteParquetAsync(accounts, account ?? FocusExport.UnknownAccount, body, cancellation); break;
                default: await JsonSerializer.SerializeAsync(body, accounts.Report(), LedgerJson.Options, cancellation); break;
            }

            return body.ToArray();
        }
        catch (LedgerException e)
        {
            throw new LedgerSourceException(e.Message);
        }
    }

    public Task<byte[]> WasteAsync(CancellationToken cancellation)
        => throw new LedgerSourceException("a ledger's file holds no pods: who wastes what is asked of the running descheduler, without --ledger");
}
