namespace Rebalancer.Simulation.Kernel;

/// <summary>
/// One clock and one order of everything that happens. What is ready runs before time goes on; what is due at the same instant runs in the order in which it was
/// asked for. Nothing else may decide an order, or a seed would not replay: so the process has a thread pool of one thread (its project file says so), on which
/// this runs too, and what the runtime hands to the pool is done in its turn.
/// </summary>
internal sealed class Simulator : TimeProvider
{
    /// <summary>What a program does at one instant without end is a loop.</summary>
    private const int MaximumAtOnce = 20_000;

    private static readonly DateTimeOffset UsualStart = new(2026, 11, 30, 8, 0, 0, TimeSpan.Zero);
    private readonly DateTimeOffset start;
    private readonly PriorityQueue<Action, (long At, long Order)> events = new();
    private readonly Queue<(SimulatedProcess Process, SendOrPostCallback Callback, object? State)> ready = new();
    private long order;
    private int atOnce;

    public Simulator(int seed, DateTimeOffset? start = null) => (Random, this.start) = (new Random(seed), start ?? UsualStart);

    /// <summary>The only source of chance.</summary>
    public Random Random { get; }

    public TimeSpan Now { get; private set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => start + Now;

    public override long GetTimestamp() => Now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimulatedTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public void After(TimeSpan delay, Action action) => events.Enqueue(action, ((Now + delay).Ticks, order++));

    public void Post(SimulatedProcess process, SendOrPostCallback callback, object? state)
    {
        ready.Enqueue((process, callback, state));
    }

    public TimeSpan Between(double fromMs, double toMs) => TimeSpan.FromMilliseconds(fromMs + (Random.NextDouble() * (toMs - fromMs)));

    public bool Chance(double share) => share > 0 && Random.NextDouble() < share;

    public T Pick<T>(IReadOnlyList<T> from) => from[Random.Next(from.Count)];

    /// <summary>Whether anything is to be done up to this instant.</summary>
    public bool IsDue(TimeSpan end) => ready.Count > 0 || (events.TryPeek(out _, out var next) && next.At <= end.Ticks);

    /// <summary>Runs everything up to this instant, on the thread pool's one thread: what a step leaves to the pool is done before the next.</summary>
    public async Task RunUntilAsync(TimeSpan end)
    {
        await Task.Yield();
        while (IsDue(end))
        {
            Step();
            await Task.Yield();
        }

        Now = end;
    }

    private void Step()
    {
        if (++atOnce > MaximumAtOnce)
        {
            throw new InvalidOperationException($"{(ready.TryPeek(out var next) ? next.Process.Name : "something")} runs for ever at {Now}");
        }

        if (ready.TryDequeue(out var work))
        {
            work.Process.Run(work.Callback, work.State);
            return;
        }

        events.TryDequeue(out var action, out var key);
        if (key.At != Now.Ticks)
        {
            (Now, atOnce) = (TimeSpan.FromTicks(key.At), 0);
        }

        action!();
    }

    private sealed class SimulatedTimer(Simulator simulator, TimerCallback callback, object? state) : ITimer
    {
        private int generation;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var mine = ++generation;
            if (dueTime >= TimeSpan.Zero)
            {
                simulator.After(dueTime, () => Fire(mine, period));
            }

            return true;
        }

        public void Dispose() => generation++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Fire(int mine, TimeSpan period)
        {
            if (mine != generation)
            {
                return;
            }

            if (period > TimeSpan.Zero)
            {
                Change(period, period);
            }

            callback(state);
        }
    }
}
