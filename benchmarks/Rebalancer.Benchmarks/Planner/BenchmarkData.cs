using Rebalancer.Benchmarks.Wrapper;

namespace Rebalancer.Benchmarks.Planner;

/// <summary>The folder of public data sets, beside the repository: ../shared/data.</summary>
internal static class BenchmarkData
{
    /// <exception cref="DirectoryNotFoundException">It is not there; the message says where it was looked for.</exception>
    public static string Folder(string name)
    {
        var folder = Path.GetFullPath(Path.Combine(WrapperReport.RepositoryRoot, "..", "shared", "data", name));
        return Directory.Exists(folder) ? folder : throw new DirectoryNotFoundException($"the data set {name} is not in {folder}");
    }
}
