using Rebalancer.Agent.Local.Criu.Images;
using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Local.Native;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Runtime.Pages;

/// <summary>
/// Gives the processes of one restore their memory: on demand from the moment they run, and all of it as fast as it can be copied. All pages are on this
/// node before the copy may run, so that neither the source nor the agents are needed any more.
/// </summary>
internal sealed class PageServer(string images, string store, TimeProvider clock) : IDisposable
{
    /// <summary>
    /// From CRIU's word on, only faults are answered: the processors are for those who let the pod's processes and its network go on, and for its first answers.
    /// </summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(100);
    private readonly List<LazyTask> tasks = [];
    private PageStore? pages;
    private bool isConsumed;
    private long? finishedAt;

    /// <returns>True: every process has all of its memory, or has ended.</returns>
    public bool Run(RestoreConnection criu)
    {
        var next = 0;
        while (true)
        {
            Wait(criu);
            if (!criu.IsFinished)
            {
                if (criu.IsClosed) { return false; }
                continue;
            }
            finishedAt ??= clock.GetTimestamp();
            foreach (var done in tasks.Where(task => task.IsDone)) { done.Dispose(); }
            tasks.RemoveAll(task => task.IsDone);
            if (tasks.Count == 0) { return true; }
            Consume();
            foreach (var task in tasks) { task.MayFree = true; }
            if (GraceLeft() > TimeSpan.Zero) { continue; }
            next = (next + 1) % tasks.Count;
            tasks[next].Fill();
        }
    }

    /// <summary>From now on pages leave the store: no other restore may take zeros for them.</summary>
    private void Consume()
    {
        if (isConsumed) { return; }
        File.Delete(Path.Combine(store, PageIndex.IndexName));
        isConsumed = true;
    }

    public void Dispose()
    {
        foreach (var task in tasks) { task.Dispose(); }
        pages?.Dispose();
    }

    /// <summary>Handles what is there; waits for something only while there is nothing to fill.</summary>
    private void Wait(RestoreConnection criu)
    {
        var isOpen = !criu.IsClosed && !criu.IsFinished;
        var descriptors = new PollDescriptor[tasks.Count + (isOpen ? 1 : 0)];
        for (var i = 0; i < tasks.Count; i++) { descriptors[i] = new PollDescriptor { Descriptor = tasks[i].Descriptor, Events = SystemCalls.PollIn }; }
        if (isOpen) { descriptors[^1] = new PollDescriptor { Descriptor = criu.Number, Events = SystemCalls.PollIn }; }
        var pause = isOpen ? Timeout.Infinite : (int)Math.Ceiling(GraceLeft().TotalMilliseconds);
        if (SystemCalls.Poll(descriptors, (nuint)descriptors.Length, pause) <= 0) { return; }
        for (var i = descriptors.Length - (isOpen ? 2 : 1); i >= 0; i--)
        {
            if (descriptors[i].Returned != 0 && tasks[i].HandleEvents() is { } child) { tasks.Add(child); }
        }
        if (isOpen && descriptors[^1].Returned != 0 && criu.Read() is var (pid, fault)) { tasks.Add(Task(pid, fault)); }
    }

    private TimeSpan GraceLeft() => finishedAt is { } at && Grace - clock.GetElapsedTime(at) is { Ticks: > 0 } left ? left : TimeSpan.Zero;

    private LazyTask Task(int pid, Descriptor fault)
    {
        pages ??= PageStore.Open(store);
        var map = PagemapImage.Read(Path.Combine(images, PagemapImage.NameOf(pid)));
        return new LazyTask(pid, new UserFault(fault), pages, [.. map.Entries.Where(entry => entry.Flags.HasFlag(PagemapFlags.Lazy)).Select(entry => entry.Range)]);
    }
}
