using System.Buffers.Binary;

namespace Rebalancer.Agent.Local.Memory;

/// <summary>
/// Where the pages of a moved pod lie in its store: a sparse file of regions of 2 MiB, each with the block of addresses of one process at its place.
/// Written by the agent once all pages are there, read by the page server.
/// </summary>
internal static class PageIndex
{
    public const string StoreName = "pages.store", IndexName = "pages.index";
    private const int EntryBytes = 16;

    /// <summary>Place of a page in the store, in bytes from its beginning.</summary>
    /// <param name="region">Of the page's block.</param>
    /// <param name="address">Of the page.</param>
    public static long Offset(uint region, ulong address) => (region * PageSet.BlockBytes) + (long)(address & (PageSet.BlockBytes - 1));

    /// <param name="regions">Region number by process (as its images name it) and block of addresses.</param>
    public static void Write(string path, IReadOnlyDictionary<(int Pid, ulong Block), uint> regions)
    {
        var bytes = new byte[regions.Count * EntryBytes];
        var at = bytes.AsSpan();
        foreach (var ((pid, block), region) in regions)
        {
            BinaryPrimitives.WriteInt32LittleEndian(at, pid);
            BinaryPrimitives.WriteUInt32LittleEndian(at[4..], region);
            BinaryPrimitives.WriteUInt64LittleEndian(at[8..], block);
            at = at[EntryBytes..];
        }
        File.WriteAllBytes(path, bytes);
    }

    /// <exception cref="IOException">There is none.</exception>
    public static Dictionary<(int Pid, ulong Block), uint> Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var regions = new Dictionary<(int, ulong), uint>(bytes.Length / EntryBytes);
        for (var rest = bytes.AsSpan(); rest.Length >= EntryBytes; rest = rest[EntryBytes..])
        {
            regions[(BinaryPrimitives.ReadInt32LittleEndian(rest), BinaryPrimitives.ReadUInt64LittleEndian(rest[8..]))] = BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]);
        }
        return regions;
    }
}
