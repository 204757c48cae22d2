using Rebalancer.Agent.Local;
using Rebalancer.Agent.Local.Criu.Images;
using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Memory;

/// <summary>Completes CRIU's images of a process whose page map was hidden from it: entries for its pages, the eager pages themselves, its guard pages.</summary>
internal static class MemoryImages
{
    private const int BufferBytes = 1 << 20;

    /// <param name="folder">Where CRIU has written.</param>
    /// <param name="process">Frozen.</param>
    /// <param name="plan">For its pages.</param>
    /// <param name="guards">Its guard pages.</param>
    /// <exception cref="MoveException">The images are not as expected, or the process cannot be read.</exception>
    public static void Complete(string folder, TrackedProcess process, MemoryPlan plan, IReadOnlyList<PageRange> guards)
    {
        var path = Path.Combine(folder, PagemapImage.NameOf(process.ImagePid));
        var dumped = PagemapImage.Read(path);
        var pages = Path.Combine(folder, PagemapImage.PagesNameOf(dumped.PagesId));
        var own = new PageSet();
        foreach (var range in plan.Lazy.Concat(plan.Eager)) { own.Add(range); }
        // What CRIU dumps whatever the page map says (the vDSO), in the order of its pages file.
        var sources = new List<(PagemapEntry Entry, long? Offset)>();
        long offset = 0;
        foreach (var entry in dumped.Entries)
        {
            foreach (var rest in own.Missing(entry.Range)) { sources.Add((new PagemapEntry(rest, PagemapFlags.Present), offset + (long)(rest.Start - entry.Range.Start))); }
            offset += (long)entry.Range.Bytes;
        }
        sources.AddRange(plan.Lazy.Select(range => (new PagemapEntry(range, PagemapFlags.Lazy), (long?)null)));
        sources.AddRange(plan.Eager.Select(range => (new PagemapEntry(range, PagemapFlags.Present), (long?)null)));
        sources.Sort((a, b) => a.Entry.Range.Start.CompareTo(b.Entry.Range.Start));
        WritePages(pages, process, sources);
        new PagemapImage(dumped.PagesId, [.. sources.Select(source => source.Entry)]).Write(path);
        MemoryImage.SetGuards(Path.Combine(folder, MemoryImage.NameOf(process.ImagePid)), guards);
    }

    /// <summary>
    /// CRIU marks as lazy whatever could be, and on a restore with a page server leaves to that one what is marked, though it has the pages itself. The page
    /// server has none of a process that CRIU carries: its images lose the mark.
    /// </summary>
    /// <param name="folder">Where CRIU has written.</param>
    /// <param name="carried">Processes, as the images name them, whose pages the page server has.</param>
    /// <returns>How many processes CRIU carries.</returns>
    /// <exception cref="InvalidDataException">The images are not as expected.</exception>
    public static int LeaveToCriu(string folder, IReadOnlySet<int> carried)
    {
        var left = Directory.GetFiles(folder, PagemapImage.NamePattern).Where(path => PagemapImage.PidOf(path) is { } pid && !carried.Contains(pid)).ToList();
        foreach (var path in left)
        {
            var dumped = PagemapImage.Read(path);
            new PagemapImage(dumped.PagesId, [.. dumped.Entries.Select(entry => entry with { Flags = entry.Flags & ~PagemapFlags.Lazy })]).Write(path);
        }
        return left.Count;
    }

    private static void WritePages(string path, TrackedProcess process, List<(PagemapEntry Entry, long? Offset)> sources)
    {
        var next = path + ".next";
        var buffer = new byte[BufferBytes];
        using (var dumped = File.OpenHandle(path))
        using (var file = PrivateFile.Create(next, FileMode.Create))
        {
            foreach (var (entry, offset) in sources.Where(source => source.Entry.Flags == PagemapFlags.Present))
            {
                for (ulong done = 0; done < entry.Range.Bytes;)
                {
                    var part = buffer.AsSpan(0, (int)Math.Min((ulong)buffer.Length, entry.Range.Bytes - done));
                    var read = offset is { } at ? RandomAccess.Read(dumped, part, at + (long)done) : process.Memory.Read(entry.Range.Start + done, part);
                    if (read != part.Length) { throw new MoveException(Reasons.CheckpointFailed, $"{part.Length - read} bytes at {entry.Range.Start + done:x} of process {process.Pid} cannot be read"); }
                    file.Write(part);
                    done += (ulong)part.Length;
                }
            }
        }
        File.Move(next, path, overwrite: true);
    }
}
