using System.Globalization;
using System.IO.Hashing;
using Microsoft.Win32.SafeHandles;
using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Local.Memory;

namespace Rebalancer.Agent.Transfer.Images;

/// <summary>
/// Keeps the pages that a peer sends, the last state of each, in a sparse file on tmpfs that only root can read (<see cref="PageIndex"/>). Not thread-safe.
/// </summary>
internal sealed class PageReceiver(string folder, long maximumBytes) : IDisposable
{
    private const ulong AddressLimit = 1UL << 47;
    private readonly Dictionary<(int Pid, ulong Block), uint> regions = [];
    private readonly Dictionary<int, PageSet> kept = [];
    private readonly XxHash3 hash = new();
    private SafeFileHandle? store;
    private long received;

    /// <summary>What is kept, in bytes; a page that came twice counts once.</summary>
    public long Bytes { get; private set; }

    public bool HasPages => store is not null;

    /// <exception cref="TransferException">No such process or address, no whole pages, or too many of them.</exception>
    public void Write(string process, ulong address, ReadOnlySpan<byte> data)
    {
        if (!int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) || pid <= 0) { throw new TransferException("pages of a process without a number came"); }
        if (address % PageRange.PageBytes != 0 || data.Length % PageRange.PageBytes != 0 || address >= AddressLimit || address + (ulong)data.Length > AddressLimit)
        {
            throw new TransferException($"{data.Length} bytes at {address:x} are no pages of a process");
        }
        Count(pid, new PageRange(address, address + (ulong)data.Length));
        hash.Append(data);
        received += data.Length;
        store ??= Create();
        while (!data.IsEmpty)
        {
            var inBlock = (long)(address & (PageSet.BlockBytes - 1));
            var part = data[..(int)Math.Min(data.Length, PageSet.BlockBytes - inBlock)];
            RandomAccess.Write(store, part, (Region(pid, address >> PageSet.BlockShift) * PageSet.BlockBytes) + inBlock);
            address += (ulong)part.Length;
            data = data[part.Length..];
        }
    }

    /// <exception cref="TransferException">What came is not what was sent.</exception>
    public void Complete(Manifest manifest)
    {
        if (received != manifest.PageBytes) { throw new TransferException($"{received} bytes of pages came, the manifest lists {manifest.PageBytes}"); }
        if (received == 0) { return; }
        if (hash.GetCurrentHashAsUInt64() is var came && came != manifest.PagesXxHash3) { throw new TransferException($"pages: hash {came:x16} of what came, {manifest.PagesXxHash3:x16} in the manifest"); }
        PageIndex.Write(Path.Combine(folder, PageIndex.IndexName), regions);
    }

    public void Dispose() => store?.Dispose();

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
        if (Bytes > maximumBytes) { throw new TransferException($"more than {maximumBytes} bytes of pages came"); }
    }

    private uint Region(int pid, ulong block)
    {
        if (!regions.TryGetValue((pid, block), out var region)) { regions.Add((pid, block), region = (uint)regions.Count); }
        return region;
    }

    private SafeFileHandle Create()
    {
        var path = Path.Combine(folder, PageIndex.StoreName);
        using (new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite })) { }
        return File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
    }
}
