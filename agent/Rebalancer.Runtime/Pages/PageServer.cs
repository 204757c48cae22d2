using Rebalancer.Agent.Local.Criu.Images;
using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Local.Native;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Runtime.Pages;

/// <summary>
/// Gives the processes of one restore their memory: on demand from the moment they run, and all of it as fast as it can be copied. After a pre-copy all
/// pages are on this node before the copy may run, so that neither the source nor the agents are needed any more; in a post-copy the last come later.
/// </summary>
internal sealed class PageServer(string images, string store, LateChannel late, TimeProvider clock) : IDisposable
{
    /// <summary>
    /// From CRIU's word on, only faults are answered: the processors are for those who let the pod's processes and its network go on, and for its first answers.
    /// </summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(100);
    /// <summary>How often a process is looked after that waits for pages of the source.</summary>
    private const int LookMs = 1000;
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
            foreach (var task in tasks) { task.IsRestored = true; }
            if (GraceLeft() > TimeSpan.Zero) { continue; }
            next = (next + 1) % tasks.Count;
            if (tasks[next].CanFill) { tasks[next].Fill(); }
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
        PollDescriptor[] descriptors = [.. tasks.Select(task => Readable(task.Descriptor)), Readable(late.Number), .. isOpen ? [Readable(criu.Number)] : Array.Empty<PollDescriptor>()];
        var count = tasks.Count;
        var found = SystemCalls.Poll(descriptors, (nuint)descriptors.Length, PauseMs(isOpen));
        if (found == 0 && !isOpen) { LookAfter(); }
        if (found <= 0) { return; }
        for (var i = count - 1; i >= 0; i--)
        {
            if (descriptors[i].Returned != 0 && tasks[i].HandleEvents() is { } child) { tasks.Add(child); }
        }
        if (descriptors[count].Returned != 0) { TakeLate(); }
        if (isOpen && descriptors[^1].Returned != 0 && criu.Read() is var (pid, fault)) { tasks.Add(Task(pid, fault)); }
    }

    private static PollDescriptor Readable(int descriptor) => new() { Descriptor = descriptor, Events = SystemCalls.PollIn };

    private int PauseMs(bool isOpen)
    {
        if (isOpen) { return Timeout.Infinite; }
        return tasks.Count > 0 && !tasks.Exists(task => task.CanFill) ? LookMs : (int)Math.Ceiling(GraceLeft().TotalMilliseconds);
    }

    private void LookAfter()
    {
        foreach (var task in tasks.Where(task => !task.CanFill)) { task.EndIfProcessIsGone(); }
    }

    private void TakeLate()
    {
        foreach (var came in late.Receive())
        {
            // Who opens the store from now on has them too: tasks of processes that CRIU has not announced yet.
            pages?.LateOf(came.Pid).Remove(came.Range);
            foreach (var task in tasks.Where(task => task.Pid == came.Pid)) { task.Came(came.Range); }
        }
    }

    private TimeSpan GraceLeft() => finishedAt is { } at && Grace - clock.GetElapsedTime(at) is { Ticks: > 0 } left ? left : TimeSpan.Zero;

    private LazyTask Task(int pid, Descriptor fault)
    {
        pages ??= PageStore.Open(store);
        var map = PagemapImage.Read(Path.Combine(images, PagemapImage.NameOf(pid)));
        return new LazyTask(pid, new UserFault(fault), pages, [.. map.Entries.Where(entry => entry.Flags.HasFlag(PagemapFlags.Lazy)).Select(entry => entry.Range)], late.Want);
    }
}
