using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Interruptions.Deadlines;

/// <param name="Name">One of <see cref="Strategies"/>.</param>
/// <param name="Copy">For how long it sends.</param>
internal readonly record struct ChosenStrategy(string Name, TimeSpan Copy);

/// <summary>
/// How a pod's memory is to leave a node that may be gone soon. Never PostCopy: between its commit and its last page the pod would depend on the node that
/// goes. Pure.
/// </summary>
internal static class StrategyRule
{
    /// <summary>A pod that writes faster than this part of what the link sends does not get through by rounds alone.</summary>
    public const double ConvergingShare = 0.8;

    /// <summary>What an agent leaves a pod of its CPU at least, and so of its writes, where it slows it down.</summary>
    public const double ThrottledShare = 0.2;

    /// <summary>Rounds that the agent takes to see that it must.</summary>
    private const double RoundsToSee = 2;

    /// <summary>Of a pod whose writes were never measured: so much is sent more than once.</summary>
    private const double UnknownResent = 0.25;

    /// <summary>Of the freeze budget; the rest is for all but the memory.</summary>
    private const double MemoryPart = 0.5;

    /// <param name="bytesPerSecond">That the pod's node sends, &gt; 0.</param>
    /// <param name="left">For sending, until it is too late; null: as long as it takes.</param>
    /// <returns>Null: none fits.</returns>
    public static ChosenStrategy? Of(MoveSize size, double bytesPerSecond, TimeSpan? left, TimeSpan freezeBudget)
    {
        var once = size.Bytes / bytesPerSecond;
        if (size.DirtyBytesPerSecond is not { } dirty)
        {
            // Its agent measures; it takes no PostCopy where it is told PreCopy, whatever that shows.
            return Fitting(Strategies.PreCopy, once * (1 + UnknownResent), left);
        }

        var share = dirty / bytesPerSecond;
        return (share < ConvergingShare ? Fitting(Strategies.PreCopy, once / (1 - share), left) : null)
            ?? (once <= freezeBudget.TotalSeconds * MemoryPart ? Fitting(Strategies.StopAndCopy, once, left) : null)
            ?? (share * ThrottledShare < ConvergingShare ? Fitting(Strategies.PreCopy, once * (RoundsToSee + (1 / (1 - (share * ThrottledShare)))), left) : null);
    }

    private static ChosenStrategy? Fitting(string strategy, double seconds, TimeSpan? left)
    {
        var copy = TimeSpan.FromSeconds(Math.Min(seconds, TimeSpan.FromDays(365).TotalSeconds));
        return left is { } limit && copy > limit ? null : new ChosenStrategy(strategy, copy);
    }
}
