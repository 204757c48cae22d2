using Rebalancer.Ledger.Accounting;

namespace Rebalancer.Ledger.Focus;

/// <summary>A period's charges for other programs: FOCUS 1.3 (FinOps Open Cost and Usage Specification), Cost and Usage dataset.</summary>
public static class FocusExport
{
    /// <summary>What BillingAccountId says unless somebody knows better: no object of a cluster holds the account that pays for it.</summary>
    public const string UnknownAccount = "kubernetes-cluster";

    public static Task WriteCsvAsync(Account account, string billingAccount, Stream stream, CancellationToken cancellation = default)
        => FocusCsv.WriteAsync(FocusRows.Of(account), new FocusColumns(billingAccount), stream, cancellation);

    public static Task WriteParquetAsync(Account account, string billingAccount, Stream stream, CancellationToken cancellation = default)
        => FocusParquet.WriteAsync(FocusRows.Of(account), new FocusColumns(billingAccount), stream, cancellation);
}
