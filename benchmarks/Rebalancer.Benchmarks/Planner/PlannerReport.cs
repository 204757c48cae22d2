using System.Text.Json;
using System.Text.Json.Nodes;
using Rebalancer.Benchmarks.Wrapper;

namespace Rebalancer.Benchmarks.Planner;

/// <summary>artifacts/bench-planner.json: one part per benchmark. A run replaces its own part and leaves the others as they are.</summary>
internal static class PlannerReport
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static string File => Path.Combine(WrapperReport.RepositoryRoot, "artifacts", "bench-planner.json");

    public static void Write<T>(string file, string part, T content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        System.IO.File.WriteAllText(file, With(System.IO.File.Exists(file) ? System.IO.File.ReadAllText(file) : "{}", part, content));
    }

    public static string With<T>(string report, string part, T content)
    {
        var whole = JsonNode.Parse(report)!.AsObject();
        whole[part] = JsonSerializer.SerializeToNode(content, Json);
        return whole.ToJsonString(Json) + "\n";
    }
}
