namespace Rebalancer.Lab.Processes;

/// <summary>Waits for a condition that the system does not announce by an event.</summary>
public static class Poll
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <exception cref="TimeoutException">The condition did not hold within the limit; the message is what was waited for.</exception>
    public static Task UntilAsync(Func<bool> condition, TimeSpan limit, string what, CancellationToken cancel) =>
        UntilAsync(() => Task.FromResult(condition()), limit, what, cancel);

    /// <exception cref="TimeoutException">The condition did not hold within the limit; the message is what was waited for.</exception>
    public static async Task UntilAsync(Func<Task<bool>> condition, TimeSpan limit, string what, CancellationToken cancel)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > limit)
            {
                throw new TimeoutException($"not within {limit.TotalSeconds:0.#} s: {what}");
            }

            await Task.Delay(Interval, TimeProvider.System, cancel);
        }
    }
}
