namespace Rebalancer.Benchmarks.Wrapper;

/// <summary>How long one kind of call took through both programs.</summary>
internal sealed record CallTimes(string Call)
{
    private readonly List<double> plain = [], wrapped = [];

    public int Count => plain.Count;
    public double PlainP50Ms => Percentile(plain, 0.50);
    public double PlainP99Ms => Percentile(plain, 0.99);
    public double WrappedP50Ms => Percentile(wrapped, 0.50);
    public double WrappedP99Ms => Percentile(wrapped, 0.99);
    public double AddedP50Ms => WrappedP50Ms - PlainP50Ms;
    public double AddedP99Ms => WrappedP99Ms - PlainP99Ms;
    public double RatioP50 => WrappedP50Ms / PlainP50Ms;

    public void Add(bool isWrapped, TimeSpan elapsed) => (isWrapped ? wrapped : plain).Add(elapsed.TotalMilliseconds);

    /// <summary>Nearest rank.</summary>
    private static double Percentile(List<double> values, double share)
    {
        var sorted = values.Order().ToList();
        return sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Count) - 1, 0, sorted.Count - 1)];
    }
}
