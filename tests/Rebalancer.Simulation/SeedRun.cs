using System.Globalization;
using Rebalancer.Simulation.Checks;
using Rebalancer.Simulation.Cluster;
using Rebalancer.Simulation.Faults;

namespace Rebalancer.Simulation;

/// <param name="Violations">What may never happen and did, or what did not come about in the end.</param>
/// <param name="Ends">How many moves ended in which phase.</param>
/// <param name="Story">The last that happened.</param>
internal sealed record SeedReport(int Seed, ulong Hash, IReadOnlyList<string> Violations, IReadOnlyDictionary<string, int> Ends, TimeSpan Simulated, IReadOnlyCollection<string> Story)
{
    public bool IsGood => Violations.Count == 0;

    public override string ToString() => $"seed {Seed.ToString(CultureInfo.InvariantCulture)}: {(IsGood ? "good" : string.Join("; ", Violations))}";
}

/// <summary>One seed: a cluster whose pods move while everything fails, then one in which nothing does.</summary>
internal static class SeedRun
{
    private static readonly TimeSpan SettleLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(5);

    /// <summary>All waits of a move, one after another, and those of one before it that holds its slot.</summary>
    private static readonly TimeSpan ConvergenceLimit = TimeSpan.FromMinutes(20);

    /// <summary>Reads what is the same for every seed. Once, before the first.</summary>
    public static Task PrepareAsync() => SimulatedApi.ReadDefinitionsAsync(Path.Combine(Repository(), "manifests", "crds"));

    /// <param name="show">Told of everything that happens; null: nobody looks.</param>
    public static async Task<SeedReport> RunAsync(int seed, Canary canary = Canary.None, Action<string>? show = null)
    {
        var world = new World(seed, canary, show);
        try
        {
            await PlayAsync(world);
        }
        catch (InvalidOperationException e)
        {
            world.Safety.Violated(e.ToString());
        }

        // Who loses the Lease says so by the exit code of its process, which this one is not.
        Environment.ExitCode = 0;
        return new SeedReport(seed, world.Trace.Hash, world.Safety.Violations, world.Safety.Ends, world.Simulator.Now, [.. world.Trace.Last]);
    }

    private static async Task PlayAsync(World world)
    {
        var faults = new FaultDriver(world);
        world.SetUp(4 + world.Simulator.Random.Next(2));
        await AwaitAsync(world, SettleLimit, "the cluster did not come up");
        faults.Start();
        var end = world.Simulator.Now + world.Simulator.Between(60_000, 180_000);
        while (world.Simulator.Now < end && world.Safety.Violations.Count == 0)
        {
            await world.Simulator.RunUntilAsync(world.Simulator.Now + Step);
        }

        world.Trace.Add("faults", "end");
        faults.End();
        await AwaitAsync(world, ConvergenceLimit, "not converged");
    }

    private static async Task AwaitAsync(World world, TimeSpan limit, string what)
    {
        var end = world.Simulator.Now + limit;
        while (world.Safety.Violations.Count == 0)
        {
            await world.Simulator.RunUntilAsync(world.Simulator.Now + Step);
            if (!LivenessChecks.Missing(world).Any())
            {
                return;
            }

            if (world.Simulator.Now >= end && LivenessChecks.IsOpen(world))
            {
                world.Safety.Ends["Aborting (known)"] = 1;
                return;
            }

            if (world.Simulator.Now >= end)
            {
                world.Safety.Violated($"{what} within {limit}: {string.Join("; ", LivenessChecks.Missing(world))}");
            }
        }
    }

    private static string Repository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Rebalancer.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Rebalancer.sln not found above the simulation");
        }

        return folder;
    }
}
