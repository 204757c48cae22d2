namespace Rebalancer.Cli.Savings;

/// <summary>Where reports come from: a descheduler, or a copy of its file.</summary>
internal interface ILedgerSource
{
    /// <param name="format">json, focus-csv or focus-parquet.</param>
    /// <exception cref="LedgerSourceException">It cannot be had; the message says why.</exception>
    Task<byte[]> SavingsAsync(DateTimeOffset since, DateTimeOffset until, string format, string? account, CancellationToken cancellation);

    /// <exception cref="LedgerSourceException">It cannot be had; the message says why.</exception>
    Task<byte[]> WasteAsync(CancellationToken cancellation);
}

internal sealed class LedgerSourceException(string message) : Exception(message);
