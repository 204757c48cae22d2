using Rebalancer.Ledger.Store;

namespace Rebalancer.Descheduler.Ledger;

/// <summary>The ledger of this replica. A ledger that cannot be opened keeps no pod from moving: it is said aloud, and there is none until the next start.</summary>
internal sealed partial class LedgerFile : IDisposable
{
    public LedgerFile(DeschedulerOptions options, ILogger<LedgerFile> logger)
    {
        if (options.LedgerPath is not { } path)
        {
            Missing = "this descheduler keeps no ledger (--ledger)";
            return;
        }

        try
        {
            Store = LedgerStore.Open(path);
        }
        catch (LedgerException e)
        {
            Missing = e.Message;
            NotOpened(logger, e.Message);
        }
    }

    /// <summary>Null: there is none, and <see cref="Missing"/> says why.</summary>
    public LedgerStore? Store { get; }

    public string Missing { get; } = "";

    public void Dispose() => Store?.Dispose();

    [LoggerMessage(Level = LogLevel.Critical, Message = "No ledger is kept: {Cause}")]
    private static partial void NotOpened(ILogger logger, string cause);
}
