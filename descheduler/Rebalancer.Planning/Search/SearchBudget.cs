namespace Rebalancer.Planning.Search;

/// <summary>How much of the time and of the iterations is used. One per thread; the start is common.</summary>
internal sealed class SearchBudget(SearchOptions options, TimeProvider time, long start, CancellationToken cancel)
{
    public long Iterations { get; private set; }

    public TimeSpan Elapsed => time.GetElapsedTime(start);

    public bool IsCancelled => cancel.IsCancellationRequested;

    public void Spend(int iterations) => Iterations += iterations;

    /// <summary>0 to 1; 1 when either limit is reached or the caller has cancelled.</summary>
    public double Fraction()
    {
        if (IsCancelled) { return 1; }
        var ofTime = options.TimeLimit is { } limit ? Elapsed / limit : 0;
        var ofIterations = options.Iterations is { } most ? (double)Iterations / most : 0;
        return Math.Min(1, Math.Max(ofTime, ofIterations));
    }
}
