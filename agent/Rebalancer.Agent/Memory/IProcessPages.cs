using Rebalancer.Agent.Local.Memory;

namespace Rebalancer.Agent.Memory;

/// <summary>What a tracker by soft-dirty bits needs of a process. Every member throws LinuxException when the process is gone.</summary>
internal interface IProcessPages
{
    /// <summary>Stops all of its threads for the time of the action.</summary>
    /// <returns>How long it stood still.</returns>
    TimeSpan WhileStopped(Action action);

    /// <summary>Private mappings with pages of their own, in the order of addresses; of a stopped process all of them.</summary>
    IReadOnlyList<PageRange> PrivateAreas();

    /// <param name="start">Address of the first page.</param>
    /// <param name="words">One for each page from there on.</param>
    void Read(ulong start, Span<PageWord> words);

    /// <summary>Takes the soft-dirty bit from every page and mapping.</summary>
    void ClearSoftDirty();
}
