using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Rebalancer.Ledger.Entries;

namespace Rebalancer.Ledger.Store;

/// <summary>Reads a ledger on a connection of its own, in one transaction: what it returns was there at one instant.</summary>
public static class LedgerReader
{
    /// <summary>Most rows of one kind in an answer.</summary>
    public const int MaxRows = 200_000;

    /// <summary>The longest horizon of a plan (a year), and a day: what ended before that has no part in what happens now.</summary>
    private const long ReachSeconds = 366L * 24 * 3600;

    /// <param name="since">What had ended by then, and cannot matter any more, is left out.</param>
    /// <param name="wholly">Looks at every page of the file first, as befits one that comes from elsewhere.</param>
    /// <exception cref="LedgerException">The file is no sound ledger, or there is more than is answered at once.</exception>
    public static LedgerBook Read(string path, DateTimeOffset since, bool wholly = true)
    {
        if (!File.Exists(path))
        {
            throw new LedgerException($"ledger {path} does not exist");
        }

        using var connection = LedgerConnection.OpenReader(path, wholly);
        using var transaction = connection.BeginTransaction(deferred: true);
        var from = since.ToUnixTimeSeconds();
        return new LedgerBook(
            RecordedSince(connection),
            // A plan that began before still saves, and one that took the same nodes before decides whose they are.
            Rows(connection, "plans", $"SELECT * FROM plans WHERE $since - coalesce(completed_at, started_at, created_at) < {ReachSeconds} ORDER BY created_at, uid", from, Plan),
            Rows(connection, "moves", "SELECT * FROM moves WHERE completed_at IS NULL OR completed_at >= $since ORDER BY created_at, uid", from, Move),
            Rows(connection, "nodes", $"SELECT * FROM nodes WHERE gone_at IS NULL OR $since - gone_at < {ReachSeconds} ORDER BY created_at, uid", from, Node),
            Rows(connection, "prices", $"SELECT p.* FROM prices p JOIN nodes n ON n.uid = p.node_uid WHERE n.gone_at IS NULL OR $since - n.gone_at < {ReachSeconds} ORDER BY node_uid, at", from, Price));
    }

    private static DateTimeOffset? RecordedSince(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT max((SELECT min(seen_at) FROM nodes), coalesce((SELECT CAST(value AS INTEGER) FROM facts WHERE name = 'forgotten_before'), 0))";
        return command.ExecuteScalar() is long seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
    }

    private static ImmutableArray<T> Rows<T>(SqliteConnection connection, string what, string sql, long since, Func<SqliteDataReader, T> read)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"{sql} LIMIT {MaxRows + 1}";
        command.Parameters.AddWithValue("$since", since);
        using var reader = command.ExecuteReader();
        var rows = ImmutableArray.CreateBuilder<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows.Count <= MaxRows ? rows.ToImmutable() : throw new LedgerException($"more than {MaxRows} {what} since {DateTimeOffset.FromUnixTimeSeconds(since):u}; ask for less");
    }

    private static PlanEntry Plan(SqliteDataReader row) => new()
    {
        Uid = row.GetString(0),
        Name = row.GetString(1),
        Version = row.GetInt64(2),
        CreatedAt = Instant(row, 3)!.Value,
        Policy = row.GetString(4),
        PolicyGeneration = row.GetInt64(5),
        Verdict = row.GetString(6),
        Phase = row.GetString(7),
        PhaseReason = row.GetString(8),
        StartedAt = Instant(row, 9),
        CompletedAt = Instant(row, 10),
        PredictedUsdPerHour = Number(row, 11),
        PredictedUsdMoving = Number(row, 12),
        PredictedUsdNet = Number(row, 13),
        StableHours = Number(row, 14),
        Moves = row.GetInt32(15),
        FreedNodes = JsonSerializer.Deserialize<ImmutableArray<PlannedNode>>(row.GetString(16)),
        NewNodes = JsonSerializer.Deserialize<ImmutableArray<PlannedNode>>(row.GetString(17)),
    };

    private static MoveEntry Move(SqliteDataReader row) => new()
    {
        Uid = row.GetString(0),
        Namespace = row.GetString(1),
        Name = row.GetString(2),
        Version = row.GetInt64(3),
        Plan = row.GetString(4),
        Pod = row.GetString(5),
        PodUid = row.GetString(6),
        SourceNode = row.GetString(7),
        TargetNode = row.GetString(8),
        Reason = row.GetString(9),
        Strategy = row.GetString(10),
        Phase = row.GetString(11),
        PhaseReason = row.GetString(12),
        CreatedAt = Instant(row, 13)!.Value,
        StartedAt = Instant(row, 14),
        CompletedAt = Instant(row, 15),
        FreezeMs = row.GetInt64(16),
        Bytes = row.GetInt64(17),
        Value = Instant(row, 18) is { } at ? new MoveValue(at, Number(row, 19), Number(row, 20), Number(row, 21), row.GetString(22)) : null,
    };

    private static NodeEntry Node(SqliteDataReader row) => new()
    {
        Uid = row.GetString(0),
        Name = row.GetString(1),
        Version = row.GetInt64(2),
        ProviderId = row.GetString(3),
        InstanceType = row.GetString(4),
        Region = row.GetString(5),
        Zone = row.GetString(6),
        Capacity = row.GetString(7),
        CreatedAt = Instant(row, 8)!.Value,
        SeenAt = Instant(row, 9)!.Value,
        GoneAt = Instant(row, 10),
    };

    private static PriceEntry Price(SqliteDataReader row) => new()
    {
        NodeUid = row.GetString(0),
        At = Instant(row, 1)!.Value,
        UsdPerHour = Number(row, 2),
        ListUsdPerHour = Number(row, 3),
        Source = row.GetString(4),
        Estimated = row.GetInt64(5) != 0,
        Commitment = row.GetString(6),
        Policy = row.GetString(7),
    };

    private static DateTimeOffset? Instant(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeSeconds(row.GetInt64(column));

    private static decimal Number(SqliteDataReader row, int column) => decimal.Parse(row.GetString(column), NumberStyles.Float, CultureInfo.InvariantCulture);
}
