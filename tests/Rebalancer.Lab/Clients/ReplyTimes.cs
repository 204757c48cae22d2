using System.Numerics;

namespace Rebalancer.Lab.Clients;

/// <summary>One reply that took long: how long, and when it had been asked for.</summary>
internal readonly record struct Stall(double Ms, DateTimeOffset At)
{
    public static Stall Longer(Stall a, Stall b) => b.Ms > a.Ms ? b : a;
}

/// <summary>
/// Reply times in fixed memory: a log-linear histogram of microseconds (32 steps per doubling, so percentiles are at most 3 % too high), the longest of all,
/// and the longest of a window that the caller opens, for one move among several.
/// </summary>
internal sealed class ReplyTimes
{
    private const int StepBits = 5;
    private const int Steps = 1 << StepBits;
    private const int Doublings = 40;

    private readonly Lock gate = new();
    private readonly long[] counts = new long[Doublings * Steps];
    private long total;
    private Stall longest;
    private Stall windowLongest;

    public void Record(double ms, DateTimeOffset askedAt)
    {
        lock (gate)
        {
            counts[Bucket((long)(ms * 1000))]++;
            total++;
            var stall = new Stall(ms, askedAt);
            longest = Stall.Longer(longest, stall);
            windowLongest = Stall.Longer(windowLongest, stall);
        }
    }

    /// <summary>Forgets the window's longest stall; the longest of all stays.</summary>
    public void OpenWindow()
    {
        lock (gate)
        {
            windowLongest = default;
        }
    }

    public Stall WindowLongest
    {
        get { lock (gate) { return windowLongest; } }
    }

    public Stall Longest
    {
        get { lock (gate) { return longest; } }
    }

    public long Count
    {
        get { lock (gate) { return total; } }
    }

    /// <summary>Milliseconds under which the given share (0 to 1) of all replies came; 0 without replies.</summary>
    public double PercentileMs(double share)
    {
        lock (gate)
        {
            var wanted = (long)Math.Ceiling(total * share);
            var seen = 0L;
            for (var bucket = 0; bucket < counts.Length; bucket++)
            {
                seen += counts[bucket];
                if (seen >= wanted && seen > 0)
                {
                    return Math.Min(UpperMicroseconds(bucket) / 1000.0, longest.Ms);
                }
            }

            return 0;
        }
    }

    private static int Bucket(long microseconds)
    {
        var value = Math.Max(0, microseconds);
        if (value < Steps)
        {
            return (int)value;
        }

        var doubling = BitOperations.Log2((ulong)value) - StepBits;
        var step = (int)(value >> doubling) - Steps;
        return Math.Min((Doublings * Steps) - 1, ((doubling + 1) * Steps) + step);
    }

    private static long UpperMicroseconds(int bucket)
    {
        if (bucket < Steps)
        {
            return bucket;
        }

        var doubling = (bucket / Steps) - 1;
        return ((long)(Steps + (bucket % Steps) + 1) << doubling) - 1;
    }
}
