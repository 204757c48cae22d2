using System.Text;
using Rebalancer.Lab.Clients;

namespace Rebalancer.Lab.Tests.Moves;

/// <summary>Values in a Redis that nobody changes, no two alike, and one number over all of them. Made and read inside the server: no client could be as fast.</summary>
internal static class KeptValues
{
    private const string Count = "40000";
    private const string FillScript = "for i=1,tonumber(ARGV[1]) do redis.call('SET','kept:'..i,string.rep(redis.sha1hex(i),25)) end return 'filled'";
    private const string DigestScript = "local d='' for i=1,tonumber(ARGV[1]) do d=redis.sha1hex(d..redis.call('GET','kept:'..i)) end return d";

    /// <returns>Their digest.</returns>
    public static string Fill(RespConnection connection, TimeSpan limit, CancellationToken cancel)
    {
        Assert.Equal("filled", Run(connection, FillScript, limit, cancel));
        return Digest(connection, limit, cancel);
    }

    public static string Digest(RespConnection connection, TimeSpan limit, CancellationToken cancel) => Run(connection, DigestScript, limit, cancel);

    /// <summary>Whether the last background save has ended, and well.</summary>
    public static bool IsSaved(RespConnection connection, TimeSpan limit, CancellationToken cancel)
    {
        connection.Send(RespConnection.Encode("INFO", "persistence"));
        var info = Encoding.ASCII.GetString(connection.ReadBulk(limit, cancel)!);
        if (info.Contains("rdb_bgsave_in_progress:1", StringComparison.Ordinal)) { return false; }
        Assert.Contains("rdb_last_bgsave_status:ok", info, StringComparison.Ordinal);
        return true;
    }

    private static string Run(RespConnection connection, string script, TimeSpan limit, CancellationToken cancel)
    {
        connection.Send(RespConnection.Encode("EVAL", script, "0", Count));
        return Encoding.ASCII.GetString(connection.ReadBulk(limit, cancel)!);
    }
}
