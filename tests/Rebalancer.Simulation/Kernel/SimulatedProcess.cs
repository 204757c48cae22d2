namespace Rebalancer.Simulation.Kernel;

/// <summary>
/// A program: what awaits in it goes on here. Once it is dead nothing of it runs any more, as after SIGKILL: no continuation, no finally. What it had sent is
/// on its way all the same.
/// </summary>
internal sealed class SimulatedProcess(Simulator simulator, string name) : SynchronizationContext
{
    public string Name { get; } = name;

    public bool IsDead { get; private set; }

    /// <summary>Told of what ended the program, or one of its loops, by a fault of its own.</summary>
    public Action<SimulatedProcess, Exception> Failed { get; set; } = static (_, _) => { };

    public void Kill() => IsDead = true;

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (!IsDead)
        {
            simulator.Post(this, d, state);
        }
    }

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("nothing blocks in a simulation");

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Starts one of its loops.</summary>
    public void Start(Func<Task> loop) => Post(
        async _ =>
        {
            try
            {
                await loop();
            }
            catch (OperationCanceledException)
            {
                // It was told to end.
            }
            catch (Exception e)
            {
                Failed(this, e);
            }
        },
        null);

    public void Run(SendOrPostCallback callback, object? state)
    {
        if (IsDead)
        {
            return;
        }

        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            callback(state);
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }
}
