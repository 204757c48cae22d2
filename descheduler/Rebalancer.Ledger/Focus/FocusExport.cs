using Rebalancer.Ledger.Accounting;
using Rebalancer.Ledger.Store;

namespace Rebalancer.Ledger.Focus;

/// <summary>A period's charges for other programs: FOCUS 1.3 (FinOps Open Cost and Usage Specification), Cost and Usage dataset.</summary>
public static class FocusExport
{
    /// <summary>What BillingAccountId says unless somebody knows better: no object of a cluster holds the account that pays for it.</summary>
    public const string UnknownAccount = "kubernetes-cluster";

    /// <summary>Most rows of one export: a month of 6,000 nodes.</summary>
    public const int MaxCharges = 200_000;

    /// <exception cref="LedgerException">The period has more charges than that.</exception>
    public static Task WriteCsvAsync(Account account, string billingAccount, Stream stream, CancellationToken cancellation = default)
        => FocusCsv.WriteAsync(Bounded(account), ColumnsOf(billingAccount), stream, cancellation);

    /// <exception cref="LedgerException">The period has more charges than that.</exception>
    public static Task WriteParquetAsync(Account account, string billingAccount, Stream stream, CancellationToken cancellation = default)
        => FocusParquet.WriteAsync(Bounded(account), ColumnsOf(billingAccount), stream, cancellation);

    private static FocusColumns ColumnsOf(string billingAccount) => new(string.IsNullOrWhiteSpace(billingAccount) ? UnknownAccount : billingAccount);

    private static IEnumerable<FocusRow> Bounded(Account account)
        => FocusRows.Of(account).Select((row, i) => i < MaxCharges ? row : throw new LedgerException($"more than {MaxCharges} charges from {account.Period.From:u} to {account.Period.To:u}; ask for a shorter period"));
}
