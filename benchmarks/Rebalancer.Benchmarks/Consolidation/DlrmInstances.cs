using System.Globalization;
using Rebalancer.Benchmarks.Planner;
using SharpCompress.Compressors.Xz;

namespace Rebalancer.Benchmarks.Consolidation;

/// <summary>One instance of a service, as the trace has it.</summary>
/// <param name="MostPerNode">Instances of its service that a node may hold; 0: any number.</param>
internal sealed record DlrmInstance(string Service, double Vcpus, double MemoryGib, int MostPerNode);

/// <summary>
/// The processor instances (role CN) of Alibaba's cluster-trace-gpu-v2025. Its GPU instances are left out: a device is nothing that a checkpoint carries, so
/// that they could not move.
/// </summary>
internal static class DlrmInstances
{
    private const string DataSet = "alibaba-dlrm-2025";
    private const string FileName = "disaggregated_DLRM_trace.csv.xz";
    private static readonly string[] Columns = ["role", "app_name", "cpu_request", "memory_request", "max_instance_per_node"];

    public static IReadOnlyList<DlrmInstance> Read()
    {
        using var raw = File.OpenRead(Path.Combine(BenchmarkData.Folder(DataSet), FileName));
        using var text = new StreamReader(new XZStream(raw));
        return Read(text);
    }

    /// <exception cref="InvalidDataException">A column is missing, or a line has no number where one belongs.</exception>
    public static IReadOnlyList<DlrmInstance> Read(TextReader text)
    {
        var header = (text.ReadLine() ?? "").Split(',');
        var at = Array.ConvertAll(Columns, c => Array.IndexOf(header, c) is >= 0 and var i ? i : throw new InvalidDataException($"{FileName} has no column {c}"));
        List<DlrmInstance> instances = [];
        while (text.ReadLine() is { Length: > 0 } line)
        {
            var cells = line.Split(',');
            if (cells[at[0]] == "CN")
            {
                instances.Add(new DlrmInstance(cells[at[1]], Number(cells[at[2]], line), Number(cells[at[3]], line), Math.Max(0, (int)Number(cells[at[4]], line))));
            }
        }

        return instances;
    }

    private static double Number(string cell, string line)
        => double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : throw new InvalidDataException($"{FileName}: '{cell}' is no number in '{line}'");
}
