using System.Globalization;
using Rebalancer.Agent.Local.Criu.Images;
using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Local.Netlink;
using Rebalancer.Agent.Preflight;
using Rebalancer.Agent.Transfer.Images;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Memory;

/// <summary>
/// The memory of a container's processes on its way to the target: in rounds while they run, what was written last when they are frozen. A process that
/// cannot be tracked, or that appears too late, is left to CRIU with all its pages. Not thread-safe.
/// </summary>
internal sealed class ContainerMemory(string container, TrackerKind tracker, ProcFolder proc, TimeProvider clock) : IDisposable
{
    private readonly Dictionary<int, TrackedProcess> processes = [];
    private readonly HashSet<int> refused = [];
    private readonly Dictionary<int, MappingFlags> standIns = [];
    private readonly List<LateProcess> late = [];
    /// <summary>Sent with the rest: less than this takes no longer than what it takes to do without.</summary>
    private const long InlineBytes = 1 << 20;

    /// <summary>What can be late, once the images are complete.</summary>
    public IReadOnlyList<LateProcess> Late => late;

    /// <summary>Why the last process that is left to CRIU is.</summary>
    public string? Obstacle { get; private set; }

    /// <summary>How long one of the processes stood still at most, at one time, so that it could be looked at.</summary>
    public TimeSpan LongestStop { get; private set; }

    /// <summary>How long <see cref="Finish"/> will take, where that grows with the memory.</summary>
    public TimeSpan FinalEstimate => processes.Values.Aggregate(TimeSpan.Zero, (sum, process) => sum + process.FinalEstimate);

    public bool IsTracking => processes.Count > 0;

    /// <summary>Bytes of pages that the target has.</summary>
    public long SentBytes => processes.Values.Sum(process => process.Sent.Count * (long)PageRange.PageBytes);

    /// <summary>To be hidden from CRIU.</summary>
    public int[] Pids => [.. processes.Keys];

    /// <summary>Bytes of pages written since they were looked at last; null: that cannot be told.</summary>
    public long? WrittenBytes()
    {
        long bytes = 0;
        foreach (var process in processes.Values)
        {
            try
            {
                if (process.WrittenBytes() is not { } written) { return null; }
                bytes += written;
            }
            catch (LinuxException)
            {
                // It has ended; the next round finds that out.
            }
        }
        return bytes;
    }

    /// <summary>Sends what was written since the last round; in the first all that is there.</summary>
    /// <param name="pids">Of the container's processes.</param>
    /// <param name="stream">To the target.</param>
    /// <param name="sent">Told the bytes of each chunk.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>Bytes of pages sent.</returns>
    public async Task<long> RoundAsync(IEnumerable<int> pids, ImageStream stream, Action<long>? sent, CancellationToken cancellation)
    {
        foreach (var pid in pids.Where(pid => !processes.ContainsKey(pid) && !refused.Contains(pid))) { Attach(pid); }
        long bytes = 0;
        foreach (var process in processes.Values.ToList())
        {
            try
            {
                foreach (var range in process.TakeWritten().ToList()) { bytes += await SendAsync(process, range, stream, cancellation, sent: sent); }
            }
            catch (LinuxException e)
            {
                // Whoever has become another program (execve) is looked at anew in the next round; who cannot be looked at is left to CRIU.
                if (e.Errno != Errno.NoProcess && process.IsAlive(proc)) { Refuse(process.Pid, e.Message); }
                Forget(process.Pid);
            }
            if (process.LongestStop > LongestStop) { LongestStop = process.LongestStop; }
        }
        return bytes;
    }

    /// <summary>The processes are frozen: notes what they have. Whoever came since the last round is left to CRIU.</summary>
    public void Finish()
    {
        foreach (var process in processes.Values.ToList())
        {
            try
            {
                if (!process.IsAlive(proc)) { throw new LinuxException($"process {process.Pid}", Errno.NoProcess); }
                process.Finish();
            }
            catch (LinuxException)
            {
                Forget(process.Pid);
            }
        }
    }

    /// <summary>
    /// The processes are frozen: writes for CRIU, instead of their smaps, what was read of it in the last round, where the mappings have stayed. A file named
    /// as the process.
    /// </summary>
    public void WriteMappings(string folder)
    {
        foreach (var process in processes.Values)
        {
            if (process.Mappings is not { } mappings || !mappings.AreThereNow(process.Pid)) { continue; }
            mappings.WriteTo(Path.Combine(folder, process.Pid.ToString(CultureInfo.InvariantCulture)));
            standIns.Add(process.Pid, mappings);
        }
    }

    /// <summary>When CRIU has dumped the processes, to which it may have added a mapping of its own: what it was shown of the flags must be true. Safe to be called beside the others.</summary>
    /// <exception cref="MoveException">A process has changed flags of its memory, by madvise or mlock, between its last round and its freeze.</exception>
    public void CheckMappings()
    {
        foreach (var (pid, mappings) in standIns)
        {
            if (!mappings.AreSameNow(pid)) { throw new MoveException(Reasons.CheckpointFailed, $"process {pid} changed flags of its memory in the moment of its freeze"); }
        }
    }

    /// <summary>Beside the dump: sends what was written since the last round, as far as it can be told before CRIU's view is known.</summary>
    /// <param name="stream">To the target.</param>
    /// <param name="isOver">The dump is: what is left can follow while the target restores.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task SendLastAsync(ImageStream stream, Func<bool> isOver, CancellationToken cancellation)
    {
        foreach (var process in processes.Values)
        {
            var written = process.Final.Where(each => each.IsWritten).Select(each => each.Range).ToList();
            var areas = Ranges.Disjoint(MemoryMap.Read(process.Pid).Where(area => area.CanBeLazy).Select(area => area.Range));
            foreach (var range in Ranges.Intersect(written, areas)) { await SendAsync(process, range, stream, cancellation, isOver); }
        }
    }

    /// <summary>After the dump: completes CRIU's images and sends what is still missing, unless that is much and can be late.</summary>
    /// <param name="images">Folder with CRIU's images.</param>
    /// <param name="stream">To the target.</param>
    /// <param name="takesLatePages">The target takes pages after everything else.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="MoveException">A page cannot be read, or CRIU's images are not as expected.</exception>
    public async Task CompleteAsync(string images, ImageStream stream, bool takesLatePages, CancellationToken cancellation)
    {
        foreach (var process in processes.Values)
        {
            var areas = Read(() => MemoryImage.Read(Path.Combine(images, MemoryImage.NameOf(process.ImagePid))));
            var plan = MemoryPlan.Of(areas, [.. process.Final.Select(each => each.Range)], process.Sent);
            if (takesLatePages && plan.Unsent.Sum(range => (long)range.Bytes) > InlineBytes)
            {
                var left = new PageSet();
                foreach (var range in plan.Unsent) { left.Add(range); }
                late.Add(new LateProcess(new ProcessName(container, process.ImagePid), process.Memory, left));
            }
            else
            {
                foreach (var range in plan.Unsent) { await SendWholeAsync(process, range, stream, cancellation); }
            }
            await CompleteAsync(images, process, plan);
        }
        _ = Read(() => MemoryImages.LeaveToCriu(images, processes.Values.Select(process => process.ImagePid).ToHashSet()));
    }

    public void Dispose()
    {
        foreach (var process in processes.Values) { process.Dispose(); }
        processes.Clear();
    }

    private static async Task CompleteAsync(string images, TrackedProcess process, MemoryPlan plan)
    {
        try
        {
            MemoryImages.Complete(images, process, plan, await process.Guards);
        }
        catch (Exception e) when (IsUnexpected(e))
        {
            throw Unexpected(e);
        }
    }

    private void Attach(int pid)
    {
        try
        {
            var obstacle = TrackedProcess.Obstacle(pid, proc, tracker);
            if (obstacle is null) { processes.Add(pid, TrackedProcess.Attach(pid, proc, tracker, clock)); }
            else { Refuse(pid, obstacle); }
        }
        catch (LinuxException e)
        {
            // Who has ended meanwhile keeps nobody from being tracked.
            if (proc.HasMemory(pid)) { Refuse(pid, e.Message); }
        }
    }

    private void Refuse(int pid, string why)
    {
        refused.Add(pid);
        Obstacle = why;
    }

    private void Forget(int pid)
    {
        if (processes.Remove(pid, out var process)) { process.Dispose(); }
    }

    private async Task SendWholeAsync(TrackedProcess process, PageRange range, ImageStream stream, CancellationToken cancellation)
    {
        var sent = await SendAsync(process, range, stream, cancellation);
        if (sent != (long)range.Bytes) { throw new MoveException(Reasons.CheckpointFailed, $"{range.Bytes - (ulong)sent} bytes at {range.Start:x} of process {process.Pid} cannot be read"); }
    }

    /// <param name="isOver">Asked before each chunk: what is left is not sent here.</param>
    /// <param name="sent">Told the bytes of each chunk.</param>
    private async Task<long> SendAsync(TrackedProcess process, PageRange range, ImageStream stream, CancellationToken cancellation, Func<bool>? isOver = null, Action<long>? sent = null)
    {
        long bytes = 0;
        for (var at = range.Start; at < range.End && isOver?.Invoke() != true;)
        {
            var end = Math.Min(range.End, at + Transfer.TransferLimits.ChunkBytes);
            var chunk = await stream.SendPagesAsync(container, process.ImagePid, process.ReadToSend, new PageRange(at, end), cancellation);
            process.Sent.Add(new PageRange(at, at + (ulong)chunk));
            bytes += chunk;
            sent?.Invoke(chunk);
            // A page that cannot be read has gone since, or is found missing at the end.
            at += chunk > 0 ? (ulong)chunk : PageRange.PageBytes;
        }
        return bytes;
    }

    private static T Read<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (IsUnexpected(e))
        {
            throw Unexpected(e);
        }
    }

    private static bool IsUnexpected(Exception e) => e is IOException or InvalidDataException or LinuxException;

    private static MoveException Unexpected(Exception e) => new(Reasons.CheckpointFailed, $"CRIU's images of the memory are not as expected: {e.Message}", inner: e);
}
