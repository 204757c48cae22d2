using System.Globalization;
using Rebalancer.Agent.Local.Memory;

namespace Rebalancer.Agent.Local.Criu.Images;

/// <summary>Where a run of pages is found (PE_* in criu/include/pagemap.h).</summary>
[Flags]
internal enum PagemapFlags : uint
{
    None = 0,
    /// <summary>In the parent images.</summary>
    Parent = 1,
    /// <summary>At the page server: CRIU does not touch them.</summary>
    Lazy = 2,
    /// <summary>In pages-*.img, after those of the entries before.</summary>
    Present = 4,
}

internal readonly record struct PagemapEntry(PageRange Range, PagemapFlags Flags);

/// <summary>pagemap-PID.img: which pages of one process are where. Entries ascend by address.</summary>
internal sealed record PagemapImage(uint PagesId, IReadOnlyList<PagemapEntry> Entries)
{
    /// <summary>Shared memory has page maps too, that are not of a process: see <see cref="PidOf"/>.</summary>
    public const string NamePattern = Prefix + "*" + Suffix;
    private const string Prefix = "pagemap-", Suffix = ".img";

    public static string NameOf(int pid) => $"{Prefix}{pid}{Suffix}";

    /// <returns>Null: it is not of a process.</returns>
    public static int? PidOf(string path) =>
        int.TryParse(Path.GetFileName(path).AsSpan()[Prefix.Length..^Suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : null;

    public static string PagesNameOf(uint id) => $"pages-{id}.img";

    /// <exception cref="InvalidDataException">It is no such image.</exception>
    public static PagemapImage Read(string path)
    {
        var messages = CriuImageFile.Read(path, CriuImageFile.PagemapMagic);
        if (messages.Count == 0) { throw new InvalidDataException($"{Path.GetFileName(path)} is empty"); }
        var entries = new List<PagemapEntry>(messages.Count - 1);
        foreach (var message in messages.Skip(1)) { entries.Add(Entry(message)); }
        return new PagemapImage(Head(messages[0]), entries);
    }

    public void Write(string path) => CriuImageFile.Write(path, CriuImageFile.PagemapMagic, Entries.Select(Message).Prepend(new WireWriter().Number(1, PagesId).ToArray()));

    private static byte[] Message(PagemapEntry entry) => new WireWriter()
        .Number(1, entry.Range.Start)
        .Number(2, (ulong)Math.Min(entry.Range.Pages, uint.MaxValue))
        .Number(4, (ulong)entry.Flags)
        .Number(5, (ulong)entry.Range.Pages).ToArray();

    private static uint Head(byte[] message)
    {
        uint id = 0;
        for (var fields = new WireReader(message); fields.Next();) { if (fields.Field == 1) { id = (uint)fields.Value; } }
        return id;
    }

    /// <summary>vaddr = 1, compat_nr_pages = 2, in_parent = 3, flags = 4, nr_pages = 5.</summary>
    private static PagemapEntry Entry(byte[] message)
    {
        ulong start = 0, pages = 0, compatible = 0, flags = 0;
        for (var fields = new WireReader(message); fields.Next();)
        {
            switch (fields.Field)
            {
                case 1: start = fields.Value; break;
                case 2: compatible = fields.Value; break;
                case 4: flags = fields.Value; break;
                case 5: pages = fields.Value; break;
                default: break;
            }
        }
        pages = pages == 0 ? compatible : pages;
        if (start % PageRange.PageBytes != 0 || pages > (ulong.MaxValue - start) >> PageRange.PageShift) { throw new InvalidDataException($"pages at {start:x}, {pages} of them"); }
        return new PagemapEntry(new PageRange(start, start + (pages << PageRange.PageShift)), (PagemapFlags)flags);
    }
}
