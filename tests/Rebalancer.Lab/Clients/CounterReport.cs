namespace Rebalancer.Lab.Clients;

/// <summary>How a counter client asks.</summary>
/// <param name="Key">Redis key that is incremented; nobody else may touch it.</param>
/// <param name="PauseMilliseconds">Think time between a reply and the next request; without one, a few clients and their servers keep a small machine busy, and what they wait for is each other.</param>
/// <param name="ReplyLimitSeconds">A reply later than this counts as a broken connection.</param>
internal sealed record CounterClientOptions(string Key = "counter", int PauseMilliseconds = 1, int ReplyLimitSeconds = 120);

/// <summary>What one client on one TCP connection has seen up to now.</summary>
internal sealed record CounterReport
{
    public required long Replies { get; init; }
    /// <summary>Replies that did not rise by exactly one, or were no number.</summary>
    public required long RepliesWrong { get; init; }
    /// <summary>0 or 1: a broken connection is never opened again.</summary>
    public required int ConnectionsBroken { get; init; }
    /// <summary>Why the connection broke or what the first wrong reply was; null when all is well.</summary>
    public required string? FirstProblem { get; init; }
    public required long LastValue { get; init; }
    public required Stall LongestStall { get; init; }
    /// <summary>Longest stall since the window was opened, the reply that is being waited for included.</summary>
    public required Stall WindowStall { get; init; }
    public required double P50Ms { get; init; }
    public required double P99Ms { get; init; }
    /// <summary>How long the current request has been waiting for its reply, milliseconds.</summary>
    public required double WaitingMs { get; init; }

    public bool Good => RepliesWrong == 0 && ConnectionsBroken == 0;
}
