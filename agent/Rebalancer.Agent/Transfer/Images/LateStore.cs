using Microsoft.Win32.SafeHandles;
using Rebalancer.Agent.Local;
using Rebalancer.Agent.Local.Memory;

namespace Rebalancer.Agent.Transfer.Images;

/// <summary>The store of one container whose last pages come while its copy is restored, or runs already. Not thread-safe.</summary>
internal sealed class LateStore : IDisposable
{
    private readonly SafeFileHandle file, came;
    private readonly Dictionary<int, PageSet> missing = [];
    private readonly Dictionary<(int Pid, ulong Block), uint> regions = [];
    private long cameBytes;

    private LateStore(string folder)
    {
        foreach (var late in LatePagesFile.Read(folder, LatePagesFile.LateName))
        {
            regions[(late.Pid, late.Range.Start >> PageSet.BlockShift)] = late.Region;
            if (!missing.TryGetValue(late.Pid, out var pages)) { missing.Add(late.Pid, pages = new PageSet()); }
            pages.Add(late.Range);
        }
        var before = LatePagesFile.Read(folder, LatePagesFile.CameName);
        foreach (var each in before) { missing.GetValueOrDefault(each.Pid)?.Remove(each.Range); }
        cameBytes = before.Count * (long)LatePages.Bytes;
        file = File.OpenHandle(Path.Combine(folder, PageIndex.StoreName), FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        using (PrivateFile.Create(Path.Combine(folder, LatePagesFile.CameName), FileMode.OpenOrCreate)) { }
        came = File.OpenHandle(Path.Combine(folder, LatePagesFile.CameName), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
    }

    public bool IsComplete => missing.Values.All(pages => pages.Count == 0);

    /// <returns>Null: nothing was announced for this container.</returns>
    public static LateStore? TryOpen(string folder) => File.Exists(Path.Combine(folder, LatePagesFile.LateName)) ? new LateStore(folder) : null;

    public bool IsMissing(int pid, ulong address) => missing.TryGetValue(pid, out var pages) && pages.Contains(address);

    public IEnumerable<(int Pid, PageRange Range)> Missing()
    {
        foreach (var (pid, pages) in missing)
        {
            foreach (var range in pages.Ranges()) { yield return (pid, range); }
        }
    }

    /// <summary>As they are to be told to a page server that connects.</summary>
    public byte[] Came()
    {
        var bytes = new byte[cameBytes];
        return RandomAccess.Read(came, bytes, 0) == bytes.Length ? bytes : throw new IOException("the list of late pages is shorter than it was");
    }

    /// <summary>Puts pages into their place, and notes that they are there.</summary>
    /// <returns>What came, cut at the borders of blocks, as <see cref="Came"/> lists it.</returns>
    /// <exception cref="TransferException">They are not among those that are missing.</exception>
    public byte[] Write(int pid, ulong address, ReadOnlySpan<byte> data)
    {
        var range = new PageRange(address, address + (ulong)data.Length);
        if (address % PageRange.PageBytes != 0 || data.Length % PageRange.PageBytes != 0 || data.IsEmpty || !missing.TryGetValue(pid, out var pages) || pages.Missing(range).Any())
        {
            throw new TransferException($"{data.Length} bytes at {address:x} of process {pid} came, which are no pages that are missing");
        }
        var notes = new List<LatePages>();
        foreach (var part in PageSet.InBlocks(range))
        {
            RandomAccess.Write(file, data.Slice((int)(part.Start - address), (int)part.Bytes), PageIndex.Offset(regions[(pid, part.Start >> PageSet.BlockShift)], part.Start));
            notes.Add(new LatePages(pid, 0, part));
        }
        var all = LatePages.ToBytes(notes);
        RandomAccess.Write(came, all, cameBytes);
        cameBytes += all.Length;
        pages.Remove(range);
        return all;
    }

    public void Dispose()
    {
        file.Dispose();
        came.Dispose();
    }
}
