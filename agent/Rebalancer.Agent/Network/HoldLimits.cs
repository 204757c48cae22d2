namespace Rebalancer.Agent.Network;

/// <summary>How much a closed shield holds of what arrives, from one closing to the opening.</summary>
internal sealed record HoldLimits
{
    public static readonly HoldLimits Default = new();

    /// <summary>A sender that gets no acknowledgement sends at most its window, so that this is some hundred busy connections.</summary>
    public long MaxBytes { get; init; } = 16 * 1024 * 1024;

    public int MaxFrames { get; init; } = 20_000;

    /// <summary>Older frames are not replayed: their senders have long repeated or given them up.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromSeconds(15);
}
