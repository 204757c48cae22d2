using System.Globalization;
using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Local.Native;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Memory;

/// <summary>The pages of a process of this node. Files of /proc are opened anew each time: one that is kept shows the memory from before an execve.</summary>
internal sealed class LinuxProcessPages(int pid, TimeProvider clock) : IProcessPages
{
    private const string ClearSoftDirtyBits = "4";
    /// <summary>
    /// The page map has 8 bytes for each page of a mapping, there or not: some milliseconds for this much. Who has more mapped has most of it empty, and
    /// then the kernel is asked first in which mappings there is anything.
    /// </summary>
    private const ulong MostlyEmptyBytes = 4UL << 30;

    public TimeSpan WhileStopped(Action action) => ThreadStop.While(pid, clock, action);

    public IReadOnlyList<PageRange> PrivateAreas()
    {
        var areas = Private(MemoryMap.Read(pid));
        if (areas.Aggregate(0UL, (sum, area) => sum + area.Range.Bytes) > MostlyEmptyBytes) { areas = [.. Private(MemoryMap.ReadWithFlags(pid)).Where(area => area.PopulatedBytes > 0)]; }
        if (areas.Count == 0) { throw new LinuxException($"process {pid} has no memory", SystemCalls.Esrch); }
        return Ranges.Disjoint(areas.Select(area => area.Range));
    }

    public void Read(ulong start, Span<PageWord> words)
    {
        using var pagemap = Pagemap.Open(pid);
        pagemap.Read(start, words);
    }

    public void ClearSoftDirty()
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/clear_refs");
        try
        {
            File.WriteAllText(path, ClearSoftDirtyBits);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LinuxException($"write {path}: {e.Message}", SystemCalls.Esrch);
        }
    }

    private static List<MemoryArea> Private(IEnumerable<MemoryArea> areas) => [.. areas.Where(area => area.IsPrivate && !area.IsKernels)];
}
