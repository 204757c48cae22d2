namespace Rebalancer.Policy.Risk.Baseline;

/// <summary>How long something was held.</summary>
/// <param name="Hours">&gt; 0.</param>
/// <param name="Ended">It was taken away; otherwise it was last seen alive.</param>
/// <param name="RatePerHour">What was expected of it when it began, &gt; 0: the pool's rate. 1 where nothing was.</param>
public readonly record struct Lifetime(double Hours, bool Ended, double RatePerHour);
