using System.Net;

namespace Rebalancer.Benchmarks.Migration.Methods;

/// <summary>One way to move a running Redis between two nodes, with its Redis on the first of them.</summary>
internal interface IMoveMethod : IAsyncDisposable
{
    /// <summary>The same before and after every move.</summary>
    IPEndPoint Server { get; }

    /// <summary>Moves to the node on which it is not.</summary>
    /// <exception cref="MoveFailedException">It is not moved.</exception>
    Task<MoveTimes> MoveAsync(TimeSpan limit, CancellationToken cancel);

    /// <summary>After a move, outside of its time: takes away what it left and makes the next one ready.</summary>
    Task TidyAsync(CancellationToken cancel);
}

/// <summary>What a method itself knows of a move.</summary>
/// <param name="Freeze">From the moment from which the server answers nobody to the moment from which it can again.</param>
/// <param name="Total">From asking for the move to the running copy.</param>
/// <param name="Strategy">What the product calls its way; "none" for others.</param>
/// <param name="Phases">Where the time went, for people; empty when the method does not say.</param>
internal sealed record MoveTimes(TimeSpan Freeze, TimeSpan Total, string Strategy, string Phases = "");

/// <summary>The server was not moved.</summary>
/// <param name="isAlive">It still answers where it was, so that another move can be tried.</param>
internal sealed class MoveFailedException(string message, bool isAlive) : Exception(message)
{
    public bool IsAlive { get; } = isAlive;
}
