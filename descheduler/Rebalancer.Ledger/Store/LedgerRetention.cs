using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Rebalancer.Ledger.Store;

/// <summary>How long the ledger remembers: more than a year, for comparisons with the same month of the last one, and less where the file would grow too large.</summary>
public static class LedgerRetention
{
    public static readonly TimeSpan Longest = TimeSpan.FromDays(400);
    public static readonly TimeSpan Shortest = TimeSpan.FromDays(1);
    public const long MaxBytes = 512L << 20;

    /// <summary>A price stays as long as the node or the next price does: what counts now may be said by an old entry.</summary>
    private const string Sql = """
        DELETE FROM moves WHERE coalesce(completed_at, created_at) < $before AND phase IN ('Succeeded', 'RolledBack', 'Failed');
        DELETE FROM plans WHERE coalesce(completed_at, created_at) < $before AND phase IN ('Completed', 'Stopped', 'Rejected', 'Expired');
        DELETE FROM nodes WHERE gone_at < $before;
        DELETE FROM prices WHERE NOT EXISTS (SELECT 1 FROM nodes WHERE uid = node_uid);
        DELETE FROM prices AS old WHERE at < $before AND EXISTS (SELECT 1 FROM prices AS next WHERE next.node_uid = old.node_uid AND next.at > old.at AND next.at <= $before);
        INSERT INTO facts (name, value) VALUES ('forgotten_before', $text) ON CONFLICT (name) DO UPDATE SET value = excluded.value;
        """;

    /// <summary>Halves what is kept until the file is small enough.</summary>
    public static void Apply(LedgerStore store, DateTimeOffset now, long maxBytes = MaxBytes)
    {
        store.Forget(now - Longest);
        for (var kept = Longest / 2; kept >= Shortest && store.UsedBytes > maxBytes; kept /= 2)
        {
            store.Forget(now - kept);
        }
    }

    internal static void Forget(SqliteConnection connection, DateTimeOffset before)
    {
        using (var transaction = connection.BeginTransaction())
        using (var command = connection.CreateCommand())
        {
            command.Transaction = transaction;
            command.CommandText = Sql;
            command.Parameters.AddWithValue("$before", before.ToUnixTimeSeconds());
            command.Parameters.AddWithValue("$text", before.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
            command.ExecuteNonQuery();
            transaction.Commit();
        }

        GiveBack(connection);
    }

    /// <summary>Each step of the statement gives one page back.</summary>
    private static void GiveBack(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA incremental_vacuum";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
        }
    }
}
