using System.CommandLine;

namespace Rebalancer.Benchmarks.Clusters;

/// <summary>Writes a made-up cluster.</summary>
internal static class ClusterCommand
{
    public static Command Create()
    {
        var nodes = new Option<int>("--nodes") { Description = "Nodes.", DefaultValueFactory = _ => 60 };
        var seed = new Option<int>("--seed") { Description = "Another seed, another cluster.", DefaultValueFactory = _ => 1 };
        var output = new Option<FileInfo>("--output") { Description = "Where to write it.", Required = true };
        nodes.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 10_000) { result.AddError("--nodes must be between 1 and 10000"); }
        });
        var command = new Command("cluster", "A made-up cluster as kubectl prints it, for kubectl-rebalancer plan.") { nodes, seed, output };
        command.SetAction(parsed => File.WriteAllText(parsed.GetValue(output)!.FullName, Text(parsed.GetValue(nodes), parsed.GetValue(seed))));
        return command;
    }

    /// <summary>One object on each line, so that a diff of two clusters can be read.</summary>
    public static string Text(int nodes, int seed)
        => "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[\n" + string.Join(",\n", new ClusterGenerator(nodes, seed).Make().Select(o => o.ToJsonString())) + "\n]}\n";
}
