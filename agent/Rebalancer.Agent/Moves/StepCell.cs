namespace Rebalancer.Agent.Moves;

/// <summary>The one step of a target's move: changed by signals from several callers, waited for by others.</summary>
internal sealed class StepCell(TargetStep first)
{
    private readonly Lock gate = new();
    private TaskCompletionSource changed = New();
    private TargetStep step = first;

    public TargetStep Current
    {
        get { lock (gate) { return step; } }
    }

    /// <returns>False when the signal has no place in the present step; nothing changes.</returns>
    public bool TryAdvance(TargetSignal signal)
    {
        lock (gate)
        {
            if (TargetMachine.TryNext(step, signal) is not { } next) { return false; }
            step = next;
            var waiters = changed;
            changed = New();
            waiters.SetResult();
            return true;
        }
    }

    public async Task<TargetStep> WaitAsync(Func<TargetStep, bool> condition, CancellationToken cancellation)
    {
        while (true)
        {
            Task next;
            lock (gate)
            {
                if (condition(step)) { return step; }
                next = changed.Task;
            }
            await next.WaitAsync(cancellation);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
