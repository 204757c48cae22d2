using System.Diagnostics;

namespace Rebalancer.Fuzz.Tests.Harness;

/// <summary>Plays inputs against one target. Everything follows from the seed.</summary>
internal sealed class Fuzzer(FuzzTarget target, IReadOnlyList<byte[]> corpus, int seed)
{
    private const int MaximumFindings = 8;
    private static readonly TimeSpan ShrinkLimit = TimeSpan.FromSeconds(20);
    private readonly List<Finding> findings = [];

    public int Played { get; private set; }

    /// <summary>What was found, each kind once, as small as it was made.</summary>
    public IReadOnlyList<Finding> Findings => findings;

    /// <param name="isOver">Asked before each input, with the number of those that were played.</param>
    public void Run(Func<int, bool> isOver)
    {
        using var watchdog = new Watchdog(target);
        if (watchdog.Guard(() => Play(watchdog, isOver)) is { } hang) { findings.Add(hang); }
    }

    private void Play(Watchdog watchdog, Func<int, bool> isOver)
    {
        IReadOnlyList<byte[]> sound = [.. target.Seeds, .. corpus];
        foreach (var each in sound) { Note(watchdog, watchdog.Play(each)); }
        var mutator = new Mutator(target, sound);
        for (; findings.Count < MaximumFindings && !isOver(Played); Played++)
        {
            // Each input has random numbers of its own, so that what is found at one does not depend on those before it.
            Note(watchdog, watchdog.Play(mutator.Next(new Random(HashCode(Played)))));
        }
    }

    private void Note(Watchdog watchdog, Finding? found)
    {
        if (found is null || findings.Any(known => known.Kind == found.Kind)) { return; }
        findings.Add(found.Kind is "Memory" or "Time" ? found : Smallest(watchdog, found));
    }

    /// <summary>Leaves out pieces, ever smaller ones, as long as the finding stays the same, and for a while: some inputs are waited for.</summary>
    private static Finding Smallest(Watchdog watchdog, Finding found)
    {
        var best = found;
        var tries = 0;
        var began = Stopwatch.GetTimestamp();
        for (var piece = best.Input.Length / 2; piece > 0; piece /= 2)
        {
            for (var at = 0; at + piece <= best.Input.Length && tries < 3000 && Stopwatch.GetElapsedTime(began) < ShrinkLimit; tries++)
            {
                byte[] less = [.. best.Input.AsSpan(0, at), .. best.Input.AsSpan(at + piece)];
                if (watchdog.Play(less) is { } same && same.Kind == found.Kind) { best = same; }
                else { at += piece; }
            }
        }
        return best;
    }

    private int HashCode(int number) => unchecked((seed * 1_000_003) + (number * 31) + target.Name.Aggregate(17, (hash, letter) => (hash * 31) + letter));
}
