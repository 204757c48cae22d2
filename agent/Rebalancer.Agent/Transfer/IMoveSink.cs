using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Local.Memory;

namespace Rebalancer.Agent.Transfer;

/// <summary>What takes the frames of one Move stream on the target.</summary>
internal interface IMoveSink
{
    /// <summary>Begins the move; the service then tells the source where its images go.</summary>
    /// <exception cref="Preflight.MoveException">The move cannot begin: typed.</exception>
    void Open(Hello hello, Action<MoveReply> reply);

    /// <exception cref="TransferException">A frame that breaks a rule ends the stream.</exception>
    void Take(MoveFrame frame);

    /// <summary>Bytes of one file of the checkpoint, from the image stream; never at the same time as <see cref="Store"/> or <see cref="CloseAsync"/>.</summary>
    /// <exception cref="TransferException">They break a rule.</exception>
    void Write(string path, long offset, ReadOnlySpan<byte> data);

    /// <summary>Pages of one process, from the image stream, as <see cref="Write"/>; those that were announced as late, after <see cref="Store"/>.</summary>
    /// <param name="process">Its container and its number there: "redis/1".</param>
    /// <returns>False: these were the last that are missing, and nothing more comes.</returns>
    /// <exception cref="TransferException">They break a rule.</exception>
    bool WritePages(string process, ulong address, ReadOnlySpan<byte> data);

    /// <summary>Pages of one process that come after the rest of the checkpoint.</summary>
    /// <exception cref="TransferException">They break a rule.</exception>
    void Announce(string process, PageRange late);

    /// <summary>The checkpoint is here as a whole, but for late pages.</summary>
    /// <returns>True: these follow.</returns>
    /// <exception cref="TransferException">It is not what the manifest lists.</exception>
    bool Store(Manifest manifest);

    /// <summary>The stream has ended, by itself or by a fault.</summary>
    Task CloseAsync(Exception? fault, CancellationToken cancellation);
}

/// <summary>Finds the move that a peer wants to bring.</summary>
internal interface IMoveSinks
{
    /// <exception cref="Preflight.MoveException">There is none, or it is not this peer's.</exception>
    Task<IMoveSink> FindAsync(Hello hello, string peerNode, CancellationToken cancellation);
}
