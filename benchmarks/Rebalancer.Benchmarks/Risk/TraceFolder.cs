using System.Collections.Immutable;
using Rebalancer.Model;
using Rebalancer.Policy.Risk.Recorded;

namespace Rebalancer.Benchmarks.Risk;

/// <summary>Pools that were recorded together: the traces of one folder.</summary>
internal sealed record TraceSet(string Name, ImmutableArray<PoolTrace> Traces);

/// <summary>Finds the sets of a folder: each folder in it, however deep, that holds traces.</summary>
internal static class TraceFolder
{
    private const int MostProblemsShown = 50;

    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">It holds no trace, or some that make no sense: all that is wrong, a line each.</exception>
    public static IReadOnlyList<TraceSet> Read(string folder)
    {
        if (!Directory.Exists(folder)) { throw new DirectoryNotFoundException($"there is no folder {folder}"); }
        var problems = new List<InvalidField>();
        var sets = new List<TraceSet>();
        foreach (var files in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(TraceFile.IsTrace).GroupBy(f => Path.GetDirectoryName(Path.GetFullPath(f))!).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var traces = files.Order(StringComparer.Ordinal).Select(f => TraceFile.Read(f, problems)).OfType<PoolTrace>().ToImmutableArray();
            sets.Add(new TraceSet(Path.GetFileName(files.Key), traces));
        }

        if (problems.Count > 0)
        {
            var more = problems.Count > MostProblemsShown ? $"\nand {problems.Count - MostProblemsShown} more" : "";
            throw new InvalidDataException(string.Join('\n', problems.Take(MostProblemsShown)) + more);
        }

        return sets.Count > 0 ? sets : throw new InvalidDataException($"{folder} holds no trace: no file ends in .json or .json.xz");
    }
}
