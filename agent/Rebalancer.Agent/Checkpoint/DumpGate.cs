namespace Rebalancer.Agent.Checkpoint;

/// <summary>Where CRIU waits at pre-dump until the container is frozen.</summary>
internal sealed class DumpGate
{
    private readonly TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<bool> go = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done when CRIU has come to the gate.</summary>
    public Task Asked => asked.Task;

    /// <summary>Lets CRIU dump (true) or end (false). The first call counts.</summary>
    public void Open(bool dump) => go.TrySetResult(dump);

    public async Task<bool> PassAsync(CancellationToken cancellation)
    {
        asked.TrySetResult();
        return await go.Task.WaitAsync(cancellation);
    }
}
