using System.Numerics;

namespace Rebalancer.Planning.Search;

/// <summary>
/// xoshiro256++ (Blackman and Vigna), seeded by splitmix64: a few instructions per number, and the same numbers on every machine and runtime.
/// A seeded System.Random is several times slower and would be the search's main cost.
/// </summary>
internal sealed class SearchRandom
{
    private const int LogTableBits = 12;
    private static readonly double[] Logs = [.. Enumerable.Range(0, 1 << LogTableBits).Select(i => -Math.Log((i + 0.5) / (1 << LogTableBits)))];
    private ulong a;
    private ulong b;
    private ulong c;
    private ulong d;

    public SearchRandom(ulong seed)
    {
        a = Mix(ref seed);
        b = Mix(ref seed);
        c = Mix(ref seed);
        d = Mix(ref seed);
    }

    public ulong Next()
    {
        var result = BitOperations.RotateLeft(a + d, 23) + a;
        var t = b << 17;
        c ^= a;
        d ^= b;
        b ^= c;
        a ^= d;
        c ^= t;
        d = BitOperations.RotateLeft(d, 45);
        return result;
    }

    /// <summary>0 to limit - 1. The bias is below 2^-32 x limit.</summary>
    public int Below(int limit) => (int)(((Next() >> 32) * (ulong)limit) >> 32);

    /// <summary>Exponentially distributed with mean 1, from a table: how far above the present cost an annealer goes, in units of its temperature.</summary>
    public double Exponential() => Logs[Next() >> (64 - LogTableBits)];

    private static ulong Mix(ref ulong state)
    {
        var z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
