namespace Rebalancer.Agent.Restore;

/// <summary>How far the copy of one container is on its target.</summary>
internal enum CopyState
{
    /// <summary>To be restored.</summary>
    Missing,
    /// <summary>Told to park; not seen frozen yet.</summary>
    Parking,
    /// <summary>Restored and frozen before its first instruction: it waits for the others and for the commit.</summary>
    Parked,
    /// <summary>Let run after the commit.</summary>
    Running,
    /// <summary>After the commit its restore failed for good: it runs from its image.</summary>
    Cold,
}

/// <summary>The copy of one container.</summary>
internal sealed class TargetCopy(string container)
{
    public string Container => container;
    /// <summary>Of the container that kubelet made for it here; empty before.</summary>
    public string ContainerId { get; set; } = "";
    public int Restores { get; set; }
    public CopyState State { get; set; }
    /// <summary>True once its processes have all of their memory; false: they lost it, and were ended.</summary>
    public Task<bool> Filled { get; set; } = Task.FromResult(true);
}

/// <summary>
/// The copies of all containers of one pod. kubelet makes one container after another, so that all but the last are parked; the last one's hold is where
/// the move commits. Which one is the last shows only when the others are there. Safe for concurrent use.
/// </summary>
internal sealed class TargetCopies
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, TargetCopy> all = new(StringComparer.Ordinal);

    public TargetCopy Of(string container)
    {
        lock (gate)
        {
            if (!all.TryGetValue(container, out var copy)) { all.Add(container, copy = new TargetCopy(container)); }
            return copy;
        }
    }

    /// <summary>Whether nothing but this container is left to be restored.</summary>
    /// <param name="containers">Names of all that move.</param>
    public bool IsLast(string container, IReadOnlyCollection<string> containers) =>
        containers.All(each => each == container || Of(each).State is CopyState.Parked or CopyState.Running or CopyState.Cold);

    public IReadOnlyList<TargetCopy> In(CopyState state) => Made().Where(copy => copy.State == state).ToList();

    /// <summary>Those whose container exists.</summary>
    public IReadOnlyList<TargetCopy> Made()
    {
        lock (gate) { return [.. all.Values.Where(copy => copy.ContainerId.Length > 0)]; }
    }
}
