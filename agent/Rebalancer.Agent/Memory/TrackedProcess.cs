using System.Globalization;
using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Local.Netlink;
using Rebalancer.Agent.Preflight;

namespace Rebalancer.Agent.Memory;

/// <summary>One process whose memory is carried by the agent: what was sent of it, and what was written since.</summary>
internal sealed class TrackedProcess : IDisposable
{
    private readonly IDirtyTracker tracker;
    private readonly ulong startTicks;

    private TrackedProcess(int pid, int imagePid, ulong startTicks, IDirtyTracker tracker, ProcessMemory memory) =>
        (Pid, ImagePid, this.startTicks, this.tracker, Memory) = (pid, imagePid, startTicks, tracker, memory);

    public int Pid { get; }

    /// <summary>Its number in the container, by which CRIU's images name it.</summary>
    public int ImagePid { get; }

    public ProcessMemory Memory { get; }

    /// <summary>Pages that the target has; once the process is frozen: as they are now.</summary>
    public PageSet Sent { get; } = new();

    /// <summary>Its mappings, as of the last round.</summary>
    public MappingFlags? Mappings { get; private set; }

    /// <summary>The populated pages of the frozen process.</summary>
    public IReadOnlyList<TrackedRange> Final { get; private set; } = [];

    /// <summary>Its guard pages, once it is frozen.</summary>
    public Task<IReadOnlyList<PageRange>> Guards { get; private set; } = Task.FromResult<IReadOnlyList<PageRange>>([]);

    public TimeSpan LongestStop => tracker.LongestStop;

    /// <exception cref="LinuxException">It is gone, or cannot be tracked now.</exception>
    public static TrackedProcess Attach(int pid, ProcFolder proc, TrackerKind kind, TimeProvider clock)
    {
        var start = proc.StartTicks(pid) ?? throw new LinuxException($"process {pid}", Errno.NoProcess);
        var memory = ProcessMemory.Open(pid);
        try
        {
            return new TrackedProcess(pid, ImagePidOf(pid, proc), start, kind.Attach(pid, clock), memory);
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <summary>Why the agent cannot carry the memory of this process; null if it can.</summary>
    public static string? Obstacle(int pid, ProcFolder proc, TrackerKind kind)
    {
        if (kind.ObstacleOf(pid, proc) is { } obstacle) { return obstacle; }
        var areas = MemoryMap.ReadWithFlags(pid);
        if (areas.FirstOrDefault(area => area.IsPrivate && area.IsHuge) is { } huge) { return $"process {pid} has huge pages at {huge.Range.Start:x}"; }
        if (areas.FirstOrDefault(area => area.IsShadowStack) is { } stack) { return $"process {pid} has a shadow stack at {stack.Range.Start:x}"; }
        if (areas.FirstOrDefault(area => area.HasFault) is { } fault) { return $"process {pid} has memory at {fault.Range.Start:x} that a userfaultfd fills"; }
        return proc.Lines(pid, "status").FirstOrDefault(line => line.StartsWith("TracerPid:", StringComparison.Ordinal)) is { } traced && !traced.EndsWith("\t0", StringComparison.Ordinal)
            ? $"process {pid} is traced by a debugger" : null;
    }

    /// <summary>How long <see cref="Finish"/> will take, where that grows with the memory.</summary>
    public TimeSpan FinalEstimate => tracker.FinalEstimate;

    /// <summary>Reads pages that are sent now.</summary>
    /// <returns>Bytes of whole pages read from the address on: fewer than asked for where a page cannot be read.</returns>
    public int ReadToSend(ulong address, Span<byte> buffer)
    {
        var read = Memory.ReadPages(address, buffer);
        tracker.NoteSent(address, buffer[..read]);
        return read;
    }

    /// <summary>Whether that number still means this process.</summary>
    public bool IsAlive(ProcFolder proc) => proc.StartTicks(Pid) == startTicks;

    /// <summary>Pages to be sent in this round: written since the last one, and of the kind that need not be there when the process starts.</summary>
    public IEnumerable<PageRange> TakeWritten()
    {
        var written = tracker.TakeWritten();
        // Read after the scan. A mapping that was made in between is not among the written ones, or was looked at before it was what it is now: what is left
        // out here must count as never sent, since the scan has taken its mark.
        Mappings = MappingFlags.Read(Pid);
        foreach (var range in written) { Sent.Remove(range); }
        return Ranges.Intersect(written, Lazy(Mappings));
    }

    /// <summary>What it has written since its last round, as far as that is sent in rounds.</summary>
    /// <returns>Bytes, 0 before its first; null: that cannot be told.</returns>
    public long? WrittenBytes()
    {
        if (Mappings is not { } mappings) { return 0; }
        return tracker.LookAtWritten() is { } written ? Ranges.Intersect(written, Lazy(mappings)).Sum(range => (long)range.Bytes) : null;
    }

    /// <summary>To be called once, when the process is frozen.</summary>
    public void Finish()
    {
        // Beside the other walk, and over before CRIU comes: a walk keeps the lock that CRIU needs to map its code into the process.
        Guards = Task.Run(FindGuards);
        Final = tracker.Final();
        foreach (var each in Final.Where(each => each.IsWritten)) { Sent.Remove(each.Range); }
    }

    private static IReadOnlyList<PageRange> Lazy(MappingFlags mappings) => Ranges.Disjoint(mappings.Areas.Where(area => area.CanBeLazy).Select(area => area.Range));

    private IReadOnlyList<PageRange> FindGuards()
    {
        var guards = new List<PageRange>();
        // Kernels without it have no guard pages either (Linux 6.13).
        if (!PagemapScan.IsSupported()) { return guards; }
        using var pagemap = PagemapScan.Open(Pid);
        pagemap.Guards(region => guards.Add(region.Range));
        return guards;
    }

    public void Dispose()
    {
        tracker.Dispose();
        Memory.Dispose();
    }

    /// <summary>The number of a process in its container. "NSpid: 4711 1": one for each pid namespace, the innermost last.</summary>
    /// <exception cref="LinuxException">It is gone.</exception>
    public static int ImagePidOf(int pid, ProcFolder proc)
    {
        var line = proc.Lines(pid, "status").FirstOrDefault(line => line.StartsWith("NSpid:", StringComparison.Ordinal)) ?? "";
        return int.TryParse(line.Split('\t', StringSplitOptions.RemoveEmptyEntries).LastOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number : throw new LinuxException($"process {pid}", Errno.NoProcess);
    }
}
