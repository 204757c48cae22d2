using Rebalancer.Benchmarks.Consolidation;
using Rebalancer.Policy;
using Rebalancer.Policy.Moves;

namespace Rebalancer.Benchmarks.Tests.Consolidation;

public sealed class BaselineTests
{
    private static readonly DlrmInstance[] Instances = [new("app_0", 64, 320, 0), new("app_1", 48, 240, 2), new("app_2", 96, 480, 0)];
    private static readonly ConsolidationModel Model = new(new ConsolidationCluster(Instances, 20, 200, 3).Make(), new MoveCosts(new PlanPolicy(), new SizeEstimates()));

    [Fact]
    public void Bound_IsBelowEveryBaseline_AndBaselinesAreBelowTheClusterAsItIs()
    {
        var (bound, repack, single, before) = (CostBound.Of(Model), RepackBaseline.Run(Model), SingleNodeBaseline.Run(Model).UsdPerHour, Model.NodeOption.Sum(o => o.UsdPerHour));

        Assert.True(bound > 0 && bound <= Math.Min(repack, single), $"bound {bound}, repack {repack}, single node {single}");
        Assert.True(single < before, $"a cluster that is half empty is not consolidated: {before} to {single}");
    }

    [Fact]
    public void SingleNode_CountsPodsThatAreElsewhere_AndPricesThem()
    {
        var result = SingleNodeBaseline.Run(Model);

        Assert.InRange(result.Moves, 1, Model.Pods.Length);
        Assert.InRange(result.MovesUsd, result.Moves * Model.Pods.Min(p => p.MoveUsd), result.Moves * Model.Pods.Max(p => p.MoveUsd));
    }

    [Fact]
    public void Cluster_SameSeed_IsTheSame_AndKeepsItsRoom()
    {
        var (one, other) = (new ConsolidationCluster(Instances, 20, 200, 3).Make(), new ConsolidationCluster(Instances, 20, 200, 3).Make());

        Assert.Equal(one.Pods.Select(p => (p.Name, p.NodeName)), other.Pods.Select(p => (p.Name, p.NodeName)));
        Assert.Equal(200, one.Pods.Length);
        var bins = Model.NodeOption.Select((o, i) => new ModelBin(Model.NodePool[i], o)).ToList();
        foreach (var pod in Model.Pods)
        {
            Assert.True(bins[pod.Node].Fits(pod), $"a pod of service {pod.Service} does not fit on its own node {pod.Node}");
            bins[pod.Node].Add(pod);
        }
    }

    [Fact]
    public void Read_MissingColumn_SaysWhich()
        => Assert.Contains("memory_request", Assert.Throws<InvalidDataException>(() => DlrmInstances.Read(new StringReader("role,app_name,cpu_request\n"))).Message, StringComparison.Ordinal);
}
