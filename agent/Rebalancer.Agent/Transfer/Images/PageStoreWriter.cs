using Microsoft.Win32.SafeHandles;
using Rebalancer.Agent.Local;
using Rebalancer.Agent.Local.Memory;

namespace Rebalancer.Agent.Transfer.Images;

/// <summary>The pages of one container's processes, in a sparse file on tmpfs that only root can read (<see cref="PageIndex"/>). Not thread-safe.</summary>
internal sealed class PageStoreWriter : IDisposable
{
    private readonly string folder;
    private readonly SafeFileHandle file;
    private readonly Dictionary<(int Pid, ulong Block), uint> regions = [];
    private readonly Dictionary<int, PageSet> kept = [];
    private readonly List<LatePages> late = [];

    private PageStoreWriter(string folder, SafeFileHandle file) => (this.folder, this.file) = (folder, file);

    /// <summary>What is kept; a page that came twice counts once.</summary>
    public long Bytes { get; private set; }

    public static PageStoreWriter Create(string folder)
    {
        PrivateFolder.Create(folder);
        var path = Path.Combine(folder, PageIndex.StoreName);
        using (PrivateFile.Create(path, FileMode.CreateNew)) { }
        return new PageStoreWriter(folder, File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite));
    }

    /// <param name="pid">Of the process in its container.</param>
    /// <param name="address">Of the first page.</param>
    /// <param name="data">Whole pages.</param>
    /// <exception cref="TransferException">More processes than a pod has.</exception>
    public void Write(int pid, ulong address, ReadOnlySpan<byte> data)
    {
        var pages = new PageRange(address, address + (ulong)data.Length);
        Count(pid, pages);
        foreach (var part in PageSet.InBlocks(pages)) { RandomAccess.Write(file, data.Slice((int)(part.Start - address), (int)part.Bytes), PageIndex.Offset(Region(pid, part.Start), part.Start)); }
    }

    /// <summary>Keeps a place for pages that come later.</summary>
    /// <exception cref="TransferException">More processes than a pod has.</exception>
    public void Announce(int pid, PageRange pages)
    {
        Count(pid, pages);
        foreach (var part in PageSet.InBlocks(pages)) { late.Add(new LatePages(pid, Region(pid, part.Start), part)); }
    }

    /// <summary>All pages are there, but for the late ones.</summary>
    public void Complete()
    {
        if (late.Count > 0)
        {
            // The page server maps the whole of it.
            RandomAccess.SetLength(file, regions.Count * PageSet.BlockBytes);
            LatePagesFile.Write(folder, late);
        }
        PageIndex.Write(Path.Combine(folder, PageIndex.IndexName), regions);
    }

    public void Dispose() => file.Dispose();

    private void Count(int pid, PageRange range)
    {
        if (!kept.TryGetValue(pid, out var set))
        {
            if (kept.Count >= TransferLimits.Files) { throw new TransferException($"pages of more than {TransferLimits.Files} processes came"); }
            kept.Add(pid, set = new PageSet());
        }
        var before = set.Count;
        set.Add(range);
        Bytes += (set.Count - before) * PageRange.PageBytes;
    }

    private uint Region(int pid, ulong address)
    {
        var block = address >> PageSet.BlockShift;
        if (!regions.TryGetValue((pid, block), out var region)) { regions.Add((pid, block), region = (uint)regions.Count); }
        return region;
    }
}
