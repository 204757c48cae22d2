namespace Rebalancer.Ledger.Store;

/// <summary>A ledger that cannot be opened, or an answer that would be too long. The message says which file, and what to do.</summary>
public sealed class LedgerException : Exception
{
    public LedgerException(string message)
        : base(message)
    {
    }

    public LedgerException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
