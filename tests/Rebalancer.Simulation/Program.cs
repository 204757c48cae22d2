using System.CommandLine;
using Rebalancer.Simulation;
using Rebalancer.Simulation.Checks;
using Rebalancer.Simulation.Plans;

var seeds = new Option<int>("--seeds") { Description = "How many seeds are played", DefaultValueFactory = _ => 100 };
var first = new Option<int>("--first") { Description = "The first of them", DefaultValueFactory = _ => 1 };
var seed = new Option<int?>("--seed") { Description = "Plays this one alone, and shows everything that happens" };
var failures = new Option<int>("--failures") { Description = "After so many seeds that fail it ends", DefaultValueFactory = _ => 20 };
var canary = new Option<Canary>("--canary") { Description = "Puts a bug in, which must be found" };
var command = new RootCommand("Plays moves of pods with the product's own controllers in a simulated cluster in which everything fails, by seeds.") { seeds, first, seed, failures, canary };
command.SetAction(async parsed =>
{
    await SeedRun.PrepareAsync();
    if (parsed.GetValue(seed) is not { } one)
    {
        return await new Campaign(parsed.GetValue(first), parsed.GetValue(seeds), parsed.GetValue(failures), parsed.GetValue(canary), TimeProvider.System).RunAsync(Console.WriteLine) == 0 ? 0 : 1;
    }

    var report = await SeedRun.RunAsync(one, parsed.GetValue(canary), Console.WriteLine);
    Console.WriteLine($"{report}\nhash {report.Hash:x16}");
    return report.IsGood ? 0 : 1;
});
var day = new Option<int>("--seed") { Description = "Which day", Required = true };
var inMemory = new Option<bool>("--in-memory") { Description = "With the decisions alone, and nothing between them and the cluster" };
var soak = new Command("soak", "Plays a day of 200 nodes with the product's own plans, through an API server to which things go wrong.") { day, inMemory };
soak.SetAction(async parsed =>
{
    await SeedRun.PrepareAsync();
    var problems = await SoakRun.RunAsync(parsed.GetValue(day), !parsed.GetValue(inMemory), Console.WriteLine);
    foreach (var problem in problems) { Console.WriteLine(problem); }
    return problems.Count == 0 ? 0 : 1;
});
command.Subcommands.Add(soak);
return await command.Parse(args).InvokeAsync();
