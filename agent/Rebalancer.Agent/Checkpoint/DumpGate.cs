namespace Rebalancer.Agent.Checkpoint;

/// <summary>Where CRIU waits at pre-dump until the container is frozen.</summary>
internal sealed class DumpGate
{
    private readonly TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<DumpOrder> go = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done when CRIU has come to the gate.</summary>
    public Task Asked => asked.Task;

    /// <summary>Lets CRIU dump or end. The first call counts.</summary>
    public void Open(DumpOrder order) => go.TrySetResult(order);

    public async Task<DumpOrder> PassAsync(CancellationToken cancellation)
    {
        asked.TrySetResult();
        return await go.Task.WaitAsync(cancellation);
    }
}

/// <summary>What CRIU is to do at the gate.</summary>
/// <param name="IsDump">False: end.</param>
/// <param name="HiddenPids">Processes whose page maps are to be hidden from it.</param>
/// <param name="SubstitutePid">Whose page map it finds instead.</param>
/// <param name="MappingsFolder">Where a file named as one of them stands in for its smaps.</param>
internal sealed record DumpOrder(bool IsDump, int[] HiddenPids, int SubstitutePid, string MappingsFolder)
{
    public static readonly DumpOrder End = new(false, [], 0, "");
}
