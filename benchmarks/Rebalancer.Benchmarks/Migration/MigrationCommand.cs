using System.CommandLine;
using System.Globalization;
using Rebalancer.Lab.Host;

namespace Rebalancer.Benchmarks.Migration;

/// <summary>The verb `migration`.</summary>
internal static class MigrationCommand
{
    private const int MaximumMemoryMb = 8192;
    private const int MaximumRate = 100_000;
    private const int MaximumMoves = 1000;

    public static Command Create()
    {
        var defaults = new MigrationOptions();
        var methods = new Option<string>("--methods") { Description = "Of runc, podman, rebalancer; separated by commas.", DefaultValueFactory = _ => string.Join(',', defaults.Methods) };
        var memory = Numbers("--memory", "MiB of values in the Redis.", defaults.MemoryMb, 1, MaximumMemoryMb);
        var writes = Numbers("--writes", $"Values overwritten meanwhile, MB/s; 0: idle. Rates above 0 only at the size nearest to {MigrationPlan.RewrittenMb}.", defaults.WriteMbPerS, 0, MaximumRate);
        var links = Numbers("--links", "Speed of the nodes' links, Mbit/s; 0: unlimited.", defaults.LinkMbitPerS, 0, MaximumRate);
        var moves = new Option<int>("--moves") { Description = $"Moves of each series; of runc and podman at most {MigrationPlan.MovesOfLarge} from {MigrationPlan.LargeMb} MiB on.", DefaultValueFactory = _ => defaults.Moves };
        var artifacts = new Option<string>("--artifacts") { Description = "Folder of bench-migration.json and bench-migration.png.", DefaultValueFactory = _ => defaults.Artifacts };
        methods.Validators.Add(result =>
        {
            foreach (var unknown in result.GetValueOrDefault<string>().Split(',').Except(MigrationOptions.AllMethods)) { result.AddError($"--methods: '{unknown}' is none of {string.Join(", ", MigrationOptions.AllMethods)}"); }
        });
        moves.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > MaximumMoves) { result.AddError($"--moves must be between 1 and {MaximumMoves}"); }
        });
        var migration = new Command("migration", "Rebalancer's move beside runc's and podman's. Inside the lab's namespaces (make bench-migration).") { methods, memory, writes, links, moves, artifacts };
        migration.SetAction((parsed, cancel) => RunAsync(
            new MigrationOptions
            {
                Methods = parsed.GetValue(methods)!.Split(','),
                MemoryMb = Parse(parsed.GetValue(memory)!),
                WriteMbPerS = Parse(parsed.GetValue(writes)!),
                LinkMbitPerS = Parse(parsed.GetValue(links)!),
                Moves = parsed.GetValue(moves),
                Artifacts = parsed.GetValue(artifacts)!,
            },
            cancel));
        return migration;
    }

    private static async Task<int> RunAsync(MigrationOptions options, CancellationToken cancel)
    {
        try
        {
            return await new MigrationBenchmark(options, TimeProvider.System, Console.Out).RunAsync(cancel);
        }
        catch (LabException e)
        {
            Console.Error.WriteLine($"bench migration: {e.Message}");
            return 2;
        }
    }

    private static Option<string> Numbers(string name, string description, IReadOnlyList<int> defaults, int minimum, int maximum)
    {
        var option = new Option<string>(name) { Description = description + " Separated by commas.", DefaultValueFactory = _ => string.Join(',', defaults) };
        option.Validators.Add(result =>
        {
            foreach (var word in result.GetValueOrDefault<string>().Split(','))
            {
                if (!int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value < minimum || value > maximum)
                {
                    result.AddError($"{name}: '{word}' is no number between {minimum} and {maximum}");
                }
            }
        });
        return option;
    }

    private static int[] Parse(string words) => [.. words.Split(',').Select(word => int.Parse(word, NumberStyles.None, CultureInfo.InvariantCulture))];
}
