using Microsoft.Data.Sqlite;
using Rebalancer.Ledger.Entries;

namespace Rebalancer.Ledger.Store;

/// <summary>The ledger's file. What <see cref="Write"/> has returned from is on the disk, and survives the process and the machine.</summary>
public sealed class LedgerStore : IDisposable
{
    private readonly Lock gate = new();
    private readonly SqliteConnection connection;
    private readonly LedgerUpserts upserts;

    private LedgerStore(string path)
    {
        Path = path;
        connection = LedgerConnection.OpenWriter(path);
        upserts = new LedgerUpserts(connection);
    }

    public string Path { get; }

    /// <exception cref="LedgerException">The file is damaged, of a newer version, of another program, or cannot be opened.</exception>
    public static LedgerStore Open(string path) => new(path);

    /// <summary>All of them or none.</summary>
    /// <exception cref="SqliteException">The disk is full or gone; the same entries may be written again later.</exception>
    public void Write(IEnumerable<LedgerEntry> entries)
    {
        lock (gate)
        {
            using var transaction = connection.BeginTransaction();
            foreach (var entry in entries)
            {
                upserts.Write(entry, transaction);
            }

            transaction.Commit();
        }
    }

    /// <summary>What matters for what happened from an instant on.</summary>
    /// <exception cref="LedgerException">There is more than is answered at once.</exception>
    public LedgerBook Read(DateTimeOffset since) => LedgerReader.Read(Path, since, wholly: false);

    /// <summary>Forgets what ended before an instant.</summary>
    public void Forget(DateTimeOffset before)
    {
        lock (gate)
        {
            LedgerRetention.Forget(connection, before);
        }
    }

    /// <summary>Of the data, without what is free inside the file, bytes.</summary>
    public long UsedBytes
    {
        get
        {
            lock (gate)
            {
                return (LedgerConnection.Pragma(connection, "page_count") - LedgerConnection.Pragma(connection, "freelist_count")) * LedgerConnection.Pragma(connection, "page_size");
            }
        }
    }

    public void Dispose()
    {
        upserts.Dispose();
        connection.Dispose();
    }
}
