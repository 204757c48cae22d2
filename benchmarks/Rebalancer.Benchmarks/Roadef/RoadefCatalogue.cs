using System.Globalization;
using Rebalancer.Benchmarks.Planner;

namespace Rebalancer.Benchmarks.Roadef;

/// <summary>The challenge's instances by name (a1_1 .. b_5), and the best published cost of each.</summary>
internal static class RoadefCatalogue
{
    public static readonly string[] FinalSet = ["b_1", "b_2", "b_3", "b_4", "b_5"];

    /// <exception cref="FileNotFoundException">There is no such instance.</exception>
    public static (string Model, string Initial) Files(string name)
    {
        var folder = Path.Combine(BenchmarkData.Folder("roadef2012"), name.StartsWith('b') ? "B" : "A");
        return (Find(folder, $"model_{name}.txt"), Find(folder, $"assignment_{name}.txt"));
    }

    /// <summary>Column best_usable of results/best_known.csv.</summary>
    public static long? BestUsable(string name)
    {
        var lines = File.ReadAllLines(Path.Combine(BenchmarkData.Folder("roadef2012"), "results", "best_known.csv"));
        var column = Array.IndexOf(lines[0].Split(','), "best_usable");
        var row = lines.Skip(1).Select(l => l.Split(',')).FirstOrDefault(cells => cells[0] == name);
        return row is not null && long.TryParse(row[column], NumberStyles.None, CultureInfo.InvariantCulture, out var best) ? best : null;
    }

    private static string Find(string folder, string file) =>
        new[] { Path.Combine(folder, file), Path.Combine(folder, file + ".xz") }.FirstOrDefault(File.Exists) ?? throw new FileNotFoundException($"neither {file} nor {file}.xz is in {folder}");
}
