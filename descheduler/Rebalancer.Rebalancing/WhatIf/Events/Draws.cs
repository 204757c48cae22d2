namespace Rebalancer.Rebalancing.WhatIf.Events;

/// <summary>
/// Random numbers by name: what one object meets does not depend on how often others have drawn, so that worlds in which different things are done meet the same chance.
/// FNV-1a over the name, mixed by splitmix64: the same on every machine.
/// </summary>
internal sealed class Draws(int seed)
{
    private const ulong Offset = 14695981039346656037;
    private const ulong Prime = 1099511628211;
    private const double Unit = 1.0 / (1UL << 53);

    /// <summary>Above 0 and below 1.</summary>
    public double Share(string what, string name, long number = 0)
    {
        var hash = Offset ^ (uint)seed;
        foreach (var text in (ReadOnlySpan<string>)[what, name])
        {
            foreach (var c in text) { hash = (hash ^ c) * Prime; }
            hash = (hash ^ '/') * Prime;
        }

        return ((Mix(hash + (ulong)number) >> 11) + 0.5) * Unit;
    }

    /// <summary>Exponential with mean 1.</summary>
    public double Exponential(string what, string name, long number = 0) => -Math.Log(Share(what, name, number));

    private static ulong Mix(ulong z)
    {
        z += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
