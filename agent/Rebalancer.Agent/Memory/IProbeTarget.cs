using Rebalancer.Agent.Local.Memory;

namespace Rebalancer.Agent.Memory;

/// <summary>A process that changes its memory when it is told to.</summary>
internal interface IProbeTarget
{
    int Pid { get; }

    /// <summary>Memory that is all there from the start.</summary>
    PageRange First { get; }

    /// <summary>The addresses after it, where a mapping is made on demand.</summary>
    PageRange Beside { get; }

    /// <summary>Has it do something and waits until it is done.</summary>
    Task DoAsync(ProbeStep step, CancellationToken cancellation);
}

internal enum ProbeStep
{
    /// <summary>Writes the second page of the first memory.</summary>
    Write,
    /// <summary>Takes the right to write away from itself and back, and writes the third page.</summary>
    ProtectAndWrite,
    /// <summary>Maps the memory beside the first and writes every page of it.</summary>
    MapBeside,
    /// <summary>Moves other memory, all of which is there, into the place of the first.</summary>
    MoveOnto,
}
