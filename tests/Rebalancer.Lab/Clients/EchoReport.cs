namespace Rebalancer.Lab.Clients;

/// <summary>How a group of echo clients asks.</summary>
/// <param name="Connections">WebSocket connections held open at once.</param>
/// <param name="MinPauseMs">Shortest pause between an echo and the next message on one connection.</param>
/// <param name="MaxPauseMs">Longest such pause.</param>
/// <param name="Seed">Seed of the pauses.</param>
/// <param name="ReplyLimitSeconds">An echo later than this counts as a broken connection.</param>
internal sealed record EchoClientsOptions(int Connections = 50, int MinPauseMs = 20, int MaxPauseMs = 50, int Seed = 1, int ReplyLimitSeconds = 120);

/// <summary>What a group of WebSocket connections has seen up to now.</summary>
internal sealed record EchoReport
{
    public required int Connections { get; init; }
    public required int ConnectionsBroken { get; init; }
    public int ConnectionsKept => Connections - ConnectionsBroken;
    public required long Replies { get; init; }
    /// <summary>Echoes that were not the message that had been sent.</summary>
    public required long RepliesWrong { get; init; }
    public required string? FirstProblem { get; init; }
    /// <summary>Longest stall of any connection, the echoes that are being waited for included.</summary>
    public required Stall LongestStall { get; init; }
    public required Stall WindowStall { get; init; }
    /// <summary>Longest stall of each connection, milliseconds, in the order of the connections.</summary>
    public required IReadOnlyList<double> LongestStallMsByConnection { get; init; }
    public required double P50Ms { get; init; }
    public required double P99Ms { get; init; }
    /// <summary>Longest wait among the echoes outstanding now, milliseconds.</summary>
    public required double WaitingMs { get; init; }

    public bool Good => RepliesWrong == 0 && ConnectionsBroken == 0;
}
