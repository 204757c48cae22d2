using System.Security.Cryptography;
using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Preflight;

namespace Rebalancer.Agent.Memory;

/// <summary>
/// Compares every page with a hash of what was sent of it. Needs nothing of the kernel but that memory can be read, and reads all of it in each round, and
/// once more in the freeze. It knows only what was sent, not what it saw when it looked: a page that becomes another between the look and the sending, and
/// then again what it was at the look, differs from what the target has, and is found. A page that is written while it is read goes over torn, and its hash
/// is of the torn page. So a page counts as clean only when the frozen process has what the target has, unless two different pages have one hash: of 128
/// bits, with a random seed, one chance in 10^30 for a TiB of pages that have all changed.
/// </summary>
internal sealed class HashTracker : IDirtyTracker
{
    private readonly PopulatedPages pages;
    private readonly PageReader read;
    private readonly TimeProvider clock;
    private readonly PageHashes hashes;
    private readonly byte[][] buffers;
    private readonly IDisposable? owned;

    /// <param name="process">Whose pages are looked at.</param>
    /// <param name="zeroFrame">Frame of the zero page; 0: unknown.</param>
    /// <param name="read">Its memory; several threads call it in <see cref="Final"/>.</param>
    /// <param name="seed">Of the hashes.</param>
    /// <param name="threads">That the last look takes.</param>
    /// <param name="clock">For <see cref="FinalEstimate"/>.</param>
    /// <param name="owned">Ends with this.</param>
    public HashTracker(IProcessPages process, ulong zeroFrame, PageReader read, long seed, int threads, TimeProvider clock, IDisposable? owned = null)
    {
        (pages, this.read, hashes, this.clock, this.owned) = (new PopulatedPages(process, zeroFrame), read, new PageHashes(seed), clock, owned);
        buffers = [.. Enumerable.Range(0, threads).Select(_ => new byte[PageHashes.BlockBytes])];
    }

    public TimeSpan LongestStop => TimeSpan.Zero;

    /// <summary>Shared evenly among the threads. Zero until there was something to compare.</summary>
    public TimeSpan FinalEstimate { get; private set; }

    /// <exception cref="Local.Netlink.LinuxException">The process is gone.</exception>
    public static HashTracker Attach(int pid, TimeProvider clock)
    {
        var memory = ProcessMemory.Open(pid);
        return new HashTracker(new LinuxProcessPages(pid, clock), ZeroPage.Frame, memory.Read, BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long))), Environment.ProcessorCount, clock, memory);
    }

    public IReadOnlyList<PageRange> TakeWritten()
    {
        var start = clock.GetTimestamp();
        // One thread: the pod needs the other cores.
        var blocks = Look(threads: 1);
        hashes.Keep(blocks.Select(block => block.Number).ToHashSet());
        FinalEstimate = blocks.Any(block => block.Written != block.Populated) ? clock.GetElapsedTime(start) / buffers.Length : TimeSpan.Zero;
        var written = new TrackedRanges();
        foreach (var block in blocks) { written.Add(block, block.Written, isWritten: true); }
        return [.. written.All.Select(each => each.Range)];
    }

    public void NoteSent(ulong address, ReadOnlySpan<byte> content)
    {
        for (var at = 0; at < content.Length; at += PageRange.PageBytes) { hashes.Set(address + (ulong)at, content.Slice(at, PageRange.PageBytes)); }
    }

    public IReadOnlyList<PageRange>? LookAtWritten() => null;

    public IReadOnlyList<TrackedRange> Final()
    {
        var all = new TrackedRanges();
        foreach (var block in Look(buffers.Length)) { all.Add(block); }
        return all.All;
    }

    public void Dispose() => owned?.Dispose();

    private PageBlock[] Look(int threads)
    {
        var blocks = Populated();
        var next = -1;
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, thread =>
        {
            for (int i; (i = Interlocked.Increment(ref next)) < blocks.Length;) { blocks[i] = Compare(blocks[i], buffers[thread]); }
        });
        return blocks;
    }

    private PageBlock[] Populated()
    {
        var blocks = new List<PageBlock>();
        pages.ForEach((address, _) =>
        {
            var bit = 1UL << ((int)(address >> PageRange.PageShift) & (PageHashes.PagesPerBlock - 1));
            if (blocks.Count > 0 && blocks[^1].Number == address >> PageHashes.BlockShift) { blocks[^1] = blocks[^1] with { Populated = blocks[^1].Populated | bit }; }
            else { blocks.Add(new PageBlock(address >> PageHashes.BlockShift, bit)); }
        });
        return [.. blocks];
    }

    private PageBlock Compare(PageBlock block, byte[] buffer)
    {
        var known = hashes.Known(block.Number) & block.Populated;
        // What was never sent need not be read, and what cannot be read any more is not what was sent.
        var written = block.Populated;
        foreach (var (first, count) in PageBlock.Runs(known))
        {
            var there = read(block.Address(first), buffer.AsSpan(0, count * PageRange.PageBytes)) / PageRange.PageBytes;
            for (var i = 0; i < there; i++)
            {
                if (hashes.IsSame(block.Address(first + i), buffer.AsSpan(i * PageRange.PageBytes, PageRange.PageBytes))) { written &= ~(1UL << (first + i)); }
            }
        }
        return block with { Written = written };
    }
}
