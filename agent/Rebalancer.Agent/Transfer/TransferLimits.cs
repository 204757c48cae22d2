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
    /// <summary>Pages that somebody waits for on the target: each comes sooner, and all of them come in any case.</summary>
    public const int Wants = 4096;
    /// <summary>Of what a target says is missing, when a move is taken up again: every second page of 16 GiB.</summary>
    public const int MissingBounds = 1 << 22;
    /// <summary>HTTP/2 windows, which held packets go through: a link of 10 Gbit/s and 1 ms stays full. What a peer sends and nobody reads takes that much memory.</summary>
    public const int StreamWindowBytes = 2 << 20;
    public const int ConnectionWindowBytes = 4 << 20;
    /// <summary>Of each port: those who have not shown who they are. A handshake takes milliseconds.</summary>
    public const int UnknownCallers = 64;
    /// <summary>How long one of them may take: for the handshake, and on the images' port for the ticket too.</summary>
    public static readonly TimeSpan GreetingLimit = TimeSpan.FromSeconds(5);
    /// <summary>Of one node, for calls: a move has one of its own, and large nodes run 250 pods.</summary>
    public const int NodeConnections = 256;
    /// <summary>Calls at once on a connection, which agents make one of.</summary>
    public const int ConnectionCalls = 4;

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
