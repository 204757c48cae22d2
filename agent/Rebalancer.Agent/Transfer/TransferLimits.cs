using Rebalancer.Agent.Contracts;

namespace Rebalancer.Agent.Transfer;

/// <summary>Bounds of one move's stream. What comes from a peer is untrusted until proven otherwise.</summary>
internal static class TransferLimits
{
    /// <summary>Larger ones gain nothing and outgrow the caches.</summary>
    public const int ChunkBytes = 256 << 10;
    /// <summary>4096 files with names of 128 characters.</summary>
    public const int ManifestBytes = 1 << 20;
    /// <summary>One held packet and its frame.</summary>
    public const int MessageBytes = HeldPacketBytes + (64 << 10);
    public const int Files = 4096;
    public const int PathCharacters = 128;
    /// <summary>Beyond the announced size: images of CRIU beside the pages, and memory written after the estimate.</summary>
    public const long SlackBytes = 256L << 20;
    public const int SlackFactor = 2;
    public const int HeldPacketBytes = 128 << 10;
    public const int HeldPackets = 1 << 16;
    /// <summary>Pages that somebody waits for on the target: each comes sooner, and all of them come in any case.</summary>
    public const int Wants = 4096;
    /// <summary>Of what a target says is missing, when a move is taken up again: every second page of 16 GiB.</summary>
    public const int MissingBounds = 1 << 22;
    /// <summary>HTTP/2 windows: a link of 10 Gbit/s and 10 ms stays full.</summary>
    public const int StreamWindowBytes = 12 << 20;
    public const int ConnectionWindowBytes = 16 << 20;

    /// <summary>No node has as much memory or disk; sums and multiples of it are far from what a number holds.</summary>
    public const long AnnouncedBytes = 1L << 50;

    public static long MaximumBytes(long estimatedBytes) => (Math.Clamp(estimatedBytes, 0, AnnouncedBytes) * SlackFactor) + SlackBytes;

    /// <exception cref="TransferException">A size that no pod has.</exception>
    public static void CheckAnnounced(Hello hello)
    {
        foreach (var bytes in (ReadOnlySpan<long>)[hello.EstimatedBytes, hello.FilesBytes])
        {
            if (bytes is < 0 or > AnnouncedBytes) { throw new TransferException($"a move of {bytes} bytes was announced, at most {AnnouncedBytes} are allowed"); }
        }
    }
}
