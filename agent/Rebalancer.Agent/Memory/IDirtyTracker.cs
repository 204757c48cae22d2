using Rebalancer.Agent.Local.Memory;

namespace Rebalancer.Agent.Memory;

/// <summary>Knows which pages of one process were written since it was asked last. Disposing takes all traces out of the process.</summary>
internal interface IDirtyTracker : IDisposable
{
    /// <summary>How long the process stood still for it at most, at one time, while it was running.</summary>
    TimeSpan LongestStop { get; }

    /// <summary>How long <see cref="Final"/> will take, where that grows with the memory; zero: it does not, or nothing is known yet.</summary>
    TimeSpan FinalEstimate => TimeSpan.Zero;

    /// <summary>The process runs: every populated page at first, then those written since the last call, at least. The next call counts from here.</summary>
    /// <exception cref="Local.Netlink.LinuxException">The process is gone, or cannot be looked at now.</exception>
    IReadOnlyList<PageRange> TakeWritten();

    /// <summary>What the next call of <see cref="TakeWritten"/> would give now, about; takes nothing. Null: only reading all memory could tell.</summary>
    /// <exception cref="Local.Netlink.LinuxException">The process is gone.</exception>
    IReadOnlyList<PageRange>? LookAtWritten() => [.. Final().Where(each => each.IsWritten).Select(each => each.Range)];

    /// <summary>This is what the target gets of some pages that were to be sent, whatever they have become since.</summary>
    /// <param name="address">Of the first.</param>
    /// <param name="content">Whole pages.</param>
    void NoteSent(ulong address, ReadOnlySpan<byte> content)
    {
        // Whoever is told by the kernel which pages were written need not know what is in them.
    }

    /// <summary>The process is frozen: all populated pages, and which of them were written since the last call. Changes nothing.</summary>
    /// <exception cref="Local.Netlink.LinuxException">The memory that was tracked is gone: the process has ended, or has become another program.</exception>
    IReadOnlyList<TrackedRange> Final();
}

/// <param name="IsWritten">Written since the last round, or never looked at.</param>
internal readonly record struct TrackedRange(PageRange Range, bool IsWritten);
