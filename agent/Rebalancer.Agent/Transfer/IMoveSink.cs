using Rebalancer.Agent.Contracts;

namespace Rebalancer.Agent.Transfer;

/// <summary>What takes the frames of one Move stream on the target.</summary>
internal interface IMoveSink
{
    /// <exception cref="Preflight.MoveException">The move cannot begin: typed.</exception>
    void Open(Hello hello, Action<MoveReply> reply);

    /// <exception cref="TransferException">A frame that breaks a rule ends the stream.</exception>
    void Take(MoveFrame frame);

    /// <summary>The stream has ended, by itself or by a fault.</summary>
    Task CloseAsync(Exception? fault, CancellationToken cancellation);
}

/// <summary>Finds the move that a peer wants to bring.</summary>
internal interface IMoveSinks
{
    /// <exception cref="Preflight.MoveException">There is none, or it is not this peer's.</exception>
    Task<IMoveSink> FindAsync(Hello hello, string peerNode, CancellationToken cancellation);
}
