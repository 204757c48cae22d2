using Rebalancer.Benchmarks.Clusters;

namespace Rebalancer.Benchmarks.Tests.Clusters;

public sealed class ExampleClusterTests
{
    [Fact]
    public void Example_IsWhatTheGeneratorMakes()
        => Assert.Equal(File.ReadAllText(Path.Combine(Root(), "manifests/examples/cluster.json")), ClusterCommand.Text(nodes: 60, seed: 1));

    [Fact]
    public void Text_AnotherSeed_AnotherCluster() => Assert.NotEqual(ClusterCommand.Text(5, 1), ClusterCommand.Text(5, 2));

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Rebalancer.sln"))) { folder = folder.Parent; }
        return folder?.FullName ?? throw new DirectoryNotFoundException($"no folder above {AppContext.BaseDirectory} holds Rebalancer.sln");
    }
}
