using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Rebalancer.Ledger.Store;

/// <summary>Opens the file, sees that it is a sound ledger, and brings its tables up to date.</summary>
internal static class LedgerConnection
{
    private const int NotADatabase = 26;
    private const int Corrupt = 11;

    /// <summary>
    /// One writer and any number of readers (WAL). synchronous is FULL: a commit is on the disk before it is acknowledged, also where the machine loses its
    /// power; with one commit a second that costs nothing that anybody notices.
    /// </summary>
    public static SqliteConnection OpenWriter(string path) => Open(path, SqliteOpenMode.ReadWriteCreate, connection =>
    {
        if (Pragma(connection, "user_version") == 0)
        {
            Execute(connection, "PRAGMA auto_vacuum = INCREMENTAL");
        }

        Execute(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 16777216");
        Check(connection, path, wholly: true);
        Migrate(connection);
    });

    /// <summary>Changes nothing; also for a copy of the file on another machine.</summary>
    /// <param name="wholly">Looks at every page first; not needed where this process has done so when it opened the file for writing.</param>
    public static SqliteConnection OpenReader(string path, bool wholly) => Open(path, SqliteOpenMode.ReadOnly, connection =>
    {
        Check(connection, path, wholly);
        if (Pragma(connection, "user_version") is var version && version < LedgerSchema.Steps.Length)
        {
            throw new LedgerException($"ledger {path} has schema {version}; a descheduler of this version brings it to {LedgerSchema.Steps.Length} when it starts");
        }
    });

    public static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public static long Pragma(SqliteConnection connection, string name)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA " + name;
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private static SqliteConnection Open(string path, SqliteOpenMode mode, Action<SqliteConnection> prepare)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false, DefaultTimeout = 10 }.ToString());
        try
        {
            connection.Open();
            prepare(connection);
            return connection;
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw new LedgerException(e.SqliteErrorCode is NotADatabase or Corrupt ? Damaged(path, e.Message) : $"ledger {path} cannot be opened: {e.Message}", e);
        }
        catch (LedgerException)
        {
            connection.Dispose();
            throw;
        }
    }

    private static void Check(SqliteConnection connection, string path, bool wholly)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA quick_check(1)";
        if (wholly && command.ExecuteScalar() is var found && found is not "ok")
        {
            throw new LedgerException(Damaged(path, $"{found}"));
        }

        var (application, version) = (Pragma(connection, "application_id"), Pragma(connection, "user_version"));
        if (application != LedgerSchema.ApplicationId && (application != 0 || version != 0))
        {
            throw new LedgerException($"{path} is another program's database (application_id {application}), not a ledger; name another file");
        }

        if (version > LedgerSchema.Steps.Length)
        {
            throw new LedgerException($"ledger {path} was written by a newer version (schema {version}, this one knows {LedgerSchema.Steps.Length})");
        }
    }

    /// <summary>All steps or none: a process that dies in between leaves the tables as they were.</summary>
    private static void Migrate(SqliteConnection connection)
    {
        for (var version = (int)Pragma(connection, "user_version"); version < LedgerSchema.Steps.Length; version++)
        {
            Execute(connection, $"BEGIN IMMEDIATE; {LedgerSchema.Steps[version]} PRAGMA application_id = {LedgerSchema.ApplicationId}; PRAGMA user_version = {version + 1}; COMMIT");
        }
    }

    private static string Damaged(string path, string cause) => $"ledger {path} is damaged ({cause}): move it away, and a new one is begun; what the cluster's objects still say is read again";
}
