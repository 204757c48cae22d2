using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Local.Native;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Runtime.Pages;

/// <summary>
/// One restored process and the pages that it still lacks. Answers its page faults and fills the rest, near the last fault first, since memory that is used
/// together lies together. Pages that are still on the source are asked for when a fault needs them, and filled when they come.
/// </summary>
internal sealed class LazyTask : IDisposable
{
    /// <summary>A fault waits at most as long as one of these takes (about 0.1 ms).</summary>
    private const ulong RunBytes = 256 << 10;
    private const ulong FaultBytes = 32 << 10;
    /// <summary>A pod at its memory limit gets room by reclaim, or is killed by the kernel; half a minute of neither is an error.</summary>
    private const int MaximumRefusals = 30_000;
    private const int RefusalPauseMs = 1;
    private readonly int pid;
    private readonly UserFault fault;
    private readonly PageStore store;
    private readonly PageRange[] areas;
    /// <summary>Pages that the store has.</summary>
    private readonly PageSet missing;
    /// <summary>Pages that it does not have yet.</summary>
    private readonly PageSet late;
    private readonly AddressMoves moves;
    private readonly Action<int, ulong> want;
    /// <summary>Pages of <see cref="late"/> that a fault waits for.</summary>
    private readonly PageSet awaited = new();
    /// <summary>Faults on pages without content that could not be answered yet.</summary>
    private readonly Queue<ulong> zeros = new();
    private ulong cursor;
    private bool hasForked;
    private int refusals;

    /// <param name="pid">As its images name it.</param>
    /// <param name="areas">Runs of pages by their addresses in the images, ascending, none across two mappings.</param>
    /// <param name="want">Told the number of the process and a page, as the images know them, that a fault waits for and the store lacks.</param>
    public LazyTask(int pid, UserFault fault, PageStore store, PageRange[] areas, Action<int, ulong> want)
        : this(pid, fault, store, areas, new PageSet(), new PageSet(), new AddressMoves(), want)
    {
        var coming = store.LateOf(pid);
        foreach (var area in areas)
        {
            late.Add(area);
            foreach (var here in coming.Missing(area).ToList())
            {
                late.Remove(here);
                missing.Add(here);
            }
        }
    }

    private LazyTask(int pid, UserFault fault, PageStore store, PageRange[] areas, PageSet missing, PageSet late, AddressMoves moves, Action<int, ulong> want) =>
        (this.pid, this.fault, this.store, this.areas, this.missing, this.late, this.moves, this.want) = (pid, fault, store, areas, missing, late, moves, want);

    public int Descriptor => fault.Number;

    public int Pid => pid;

    public bool IsDone => !CanFill && late.Count == 0;

    /// <summary>Whether there is something that can be filled now.</summary>
    public bool CanFill => missing.Count > 0 || zeros.Count > 0;

    /// <summary>
    /// CRIU has said that the restore is finished. Until then the mappings are not yet where they belong: there is none to be filled but by a fault that
    /// proves it. And the restore may still fail and be tried again, so the store keeps its pages.
    /// </summary>
    public bool IsRestored { get; set; }

    /// <summary>Handles what has happened to the process.</summary>
    /// <returns>A child that it has forked, or null.</returns>
    public LazyTask? HandleEvents()
    {
        while (FaultEvent.Read(fault.Number) is { Kind: not FaultKind.None } happened)
        {
            switch (happened.Kind)
            {
                case FaultKind.PageFault: Serve(happened.Second & ~(ulong)(PageRange.PageBytes - 1)); break;
                case FaultKind.Remap: Move(happened.First, happened.Second, happened.Third); break;
                case FaultKind.Remove or FaultKind.Unmap:
                    missing.Remove(new PageRange(happened.First, happened.Second));
                    late.Remove(new PageRange(happened.First, happened.Second));
                    break;
                case FaultKind.Fork:
                    hasForked = true;
                    return new LazyTask(pid, new UserFault(new Descriptor((int)happened.First)), store, areas, missing.Copy(), late.Copy(), moves.Copy(), want) { hasForked = true };
                default: break;
            }
        }
        return null;
    }

    /// <summary>Fills some of the missing pages.</summary>
    /// <exception cref="RuntimeFailureException">The kernel refuses memory for them.</exception>
    public void Fill()
    {
        for (var waiting = zeros.Count; waiting > 0; waiting--) { Serve(zeros.Dequeue()); }
        if ((missing.Next(cursor) ?? missing.Next(0)) is not { } address) { return; }
        cursor = Copy(address, RunBytes);
    }

    /// <summary>Pages have come into the store: whoever waits for them gets them, and once the process is restored the others are filled too.</summary>
    /// <param name="image">Their addresses in the images.</param>
    public void Came(PageRange image)
    {
        ulong? first = null;
        for (var at = image.Start; at < image.End; at += PageRange.PageBytes)
        {
            foreach (var now in moves.NowOf(at).Where(late.Contains).ToList())
            {
                var page = new PageRange(now, now + PageRange.PageBytes);
                late.Remove(page);
                missing.Add(page);
                if (awaited.Contains(now))
                {
                    awaited.Remove(page);
                    _ = Copy(now, PageRange.PageBytes);
                }
                else { first ??= now; }
            }
        }
        if (!IsRestored || first is not { } start) { return; }
        // Runs, as long as they follow each other; what a moved mapping has elsewhere is filled with the rest, and so is all while an event waits to be read.
        for (var at = start; at - start < image.Bytes && missing.Contains(at);)
        {
            var next = Copy(at, RunBytes);
            if (next == at) { return; }
            at = next;
        }
    }

    /// <summary>Nobody can be waited for any more where the process has ended: no event says so.</summary>
    public void EndIfProcessIsGone()
    {
        if (fault.HasLostMemory()) { Clear(); }
    }

    public void Dispose() => fault.Dispose();

    private void Serve(ulong address)
    {
        if (late.Contains(address))
        {
            awaited.Add(new PageRange(address, address + PageRange.PageBytes));
            want(pid, moves.ImageOf(address));
            return;
        }
        if (!missing.Contains(address))
        {
            // Never populated, thrown away since, or filled a moment ago.
            switch (fault.Zero(address))
            {
                case Errno.Exists: fault.Wake(address); break;
                case Errno.TryAgain: zeros.Enqueue(address); break;
                case Errno.NoMemory: Refused(); zeros.Enqueue(address); break;
                default: break;
            }
            return;
        }
        cursor = Copy(address, FaultBytes);
    }

    /// <returns>Where the next run begins.</returns>
    private ulong Copy(ulong address, ulong limitBytes)
    {
        var image = moves.ImageOf(address);
        var run = missing.Run(address, address + Math.Min(limitBytes, AreaEnd(image) - image));
        // A mapping that was moved need not begin at the place of its block where it began before.
        var bytes = Math.Min(run.Bytes, (ulong)PageSet.BlockBytes - (image & (PageSet.BlockBytes - 1)));
        if (moves.ImageOf(run.Start + bytes - PageRange.PageBytes) != image + bytes - PageRange.PageBytes) { bytes = PageRange.PageBytes; }
        var from = store.Find(pid, image);
        if (from == 0) { throw new RuntimeFailureException(FailureReasons.RestoreFailed, $"page {image:x} of process {pid} is not in the store"); }
        var error = fault.Copy(address, from, (long)bytes, out var copied);
        Settle(new PageRange(address, address + (ulong)copied), image);
        if (copied > 0) { refusals = 0; }
        if (error is 0 or Errno.TryAgain) { return address + (ulong)copied; }
        if (error == Errno.NoMemory)
        {
            Refused();
            return address + (ulong)copied;
        }
        Skip(address + (ulong)copied, error, bytes);
        return address + (ulong)copied + PageRange.PageBytes;
    }

    /// <summary>A page that cannot be copied: it is there already, its mapping or the whole process has gone. A run across a new border goes page by page.</summary>
    private void Skip(ulong address, int error, ulong triedBytes)
    {
        if (error == Errno.NoProcess)
        {
            Clear();
        }
        else if (error == Errno.Exists)
        {
            missing.Remove(new PageRange(address, address + PageRange.PageBytes));
            fault.Wake(address);
        }
        else if (error is not (Errno.NoEntry or Errno.Invalid)) { throw new RuntimeFailureException(FailureReasons.RestoreFailed, $"page {address:x} of process {pid} cannot be filled: errno {error}"); }
        else if (triedBytes == PageRange.PageBytes && IsRestored) { missing.Remove(new PageRange(address, address + PageRange.PageBytes)); }
        else if (triedBytes > PageRange.PageBytes) { _ = Copy(address, PageRange.PageBytes); }
    }

    private void Clear()
    {
        missing.Clear();
        late.Clear();
        zeros.Clear();
    }

    private void Refused()
    {
        if (++refusals > MaximumRefusals) { throw new RuntimeFailureException(FailureReasons.RestoreFailed, $"process {pid} gets no memory for its pages"); }
        SystemCalls.PauseMs(RefusalPauseMs);
    }

    private void Settle(PageRange filled, ulong image)
    {
        missing.Remove(filled);
        // A child that was forked since needs the same pages.
        if (IsRestored && !hasForked) { store.Free(pid, new PageRange(image, image + filled.Bytes)); }
    }

    private void Move(ulong from, ulong to, ulong length)
    {
        moves.Move(from, to, length);
        foreach (var pages in (ReadOnlySpan<PageSet>)[missing, late]) { Move(pages, from, to, length); }
    }

    private static void Move(PageSet pages, ulong from, ulong to, ulong length)
    {
        var left = new List<ulong>();
        for (var at = pages.Next(from); at < from + length; at = pages.Next(at.Value + PageRange.PageBytes)) { left.Add(at.Value); }
        pages.Remove(new PageRange(from, from + length));
        foreach (var at in left) { pages.Add(new PageRange(to + (at - from), to + (at - from) + PageRange.PageBytes)); }
    }

    private ulong AreaEnd(ulong image)
    {
        var (low, high) = (0, areas.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (image < areas[middle].Start) { high = middle - 1; }
            else if (image >= areas[middle].End) { low = middle + 1; }
            else { return areas[middle].End; }
        }
        return image + PageRange.PageBytes;
    }
}
