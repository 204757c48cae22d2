using System.Globalization;
using Rebalancer.Simulation.Checks;

namespace Rebalancer.Simulation;

/// <summary>Many seeds, one after another: every process has one order of what happens in it, so several at a time are several processes.</summary>
internal sealed class Campaign(int first, int count, int mostFailures, Canary canary, TimeProvider clock)
{
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(10);

    /// <param name="tell">Of the progress, and of each seed that fails with how to replay it.</param>
    /// <returns>How many seeds failed.</returns>
    public async Task<int> RunAsync(Action<string> tell)
    {
        var ends = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var (start, told, failed, done) = (clock.GetTimestamp(), 0L, 0, 0);
        for (var seed = first; seed < first + count && failed < mostFailures; seed++)
        {
            var report = await SeedRun.RunAsync(seed, canary);
            done++;
            foreach (var (phase, moves) in report.Ends)
            {
                ends[phase] = ends.GetValueOrDefault(phase) + moves;
            }

            if (!report.IsGood)
            {
                failed++;
                tell($"{report}\n  replay: make simulate-faults ARGS=\"--seed {seed.ToString(CultureInfo.InvariantCulture)}{(canary == Canary.None ? "" : $" --canary {canary}")}\"");
            }

            var elapsed = clock.GetElapsedTime(start);
            if ((long)(elapsed / TellEvery) is var beat && beat > told)
            {
                told = beat;
                tell(string.Create(CultureInfo.InvariantCulture, $"seeds {first} to {first + count - 1}: {done} of {count} played, {failed} failed, {done / elapsed.TotalSeconds:0.0}/s"));
            }
        }

        tell(string.Create(CultureInfo.InvariantCulture, $"{done} seeds from {first} on in {clock.GetElapsedTime(start).TotalSeconds:0} s, {failed} failed; moves: {string.Join(", ", ends.Select(e => $"{e.Value} {e.Key}"))}"));
        return failed;
    }
}
