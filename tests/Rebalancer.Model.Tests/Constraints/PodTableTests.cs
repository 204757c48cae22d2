using Rebalancer.Policy.Constraints;
using static Rebalancer.Model.Tests.Build;

namespace Rebalancer.Model.Tests.Constraints;

public sealed class PodTableTests
{
    [Fact]
    public void TemplateOf_ReplicasReadOneByOne_IsTheSame()
        => Assert.Single(new PodTable(Cluster([Node("a")], Replica("r-1"), Replica("r-2"), Replica("r-3"))).Examples);

    public static TheoryData<string, Func<PodInfo, PodInfo>> Differences => new()
    {
        { "label", p => p with { Labels = p.Labels.SetItem("app", "other") } },
        { "label more", p => p with { Labels = p.Labels.SetItem("version", "2") } },
        { "cpu", p => p with { Requests = Resources(("cpu", "2"), ("memory", "64Mi")) } },
        { "resource more", p => p.Asks("nvidia.com/gpu", "1") },
        { "node selector", p => p.With(a => a with { NodeSelector = Labels(("pool", "b")) }) },
        { "toleration", p => p.With(a => a with { Tolerations = [new Toleration("x", "Exists", "", "")] }) },
        { "anti-affinity", p => p.With(a => a with { AntiAffinity = [Near("web", Zone)] }) },
        { "spread", p => p.With(a => a with { Spread = [Spread(2)] }) },
        { "spread's selector", p => p.With(a => a with { Spread = [Spread(1) with { Selector = App("other") }] }) },
        { "wish", p => p.With(a => a with { Preferences = new Preferences([], [new PreferredPods(1, Near("x"))]) }) },
        { "being deleted", p => p with { Terminating = true } },
        { "priority", p => p with { Priority = 1 } },
        { "owner", p => p with { Owner = new OwnerInfo("ReplicaSet", "web", "another") } },
        { "namespace", p => p with { Namespace = "elsewhere" } },
    };

    [Theory]
    [MemberData(nameof(Differences))]
    public void TemplateOf_PodThatDiffers_IsItsOwn(string what, Func<PodInfo, PodInfo> change)
    {
        var table = new PodTable(Cluster([Node("a")], Replica("r-1"), change(Replica("r-2")), Replica("r-3")));

        Assert.True(table.Examples.Length == 2, $"a pod with another {what} is taken for a replica");
        Assert.Equal(2, table.TemplateOf.GroupBy(t => t).Max(g => g.Count()));
    }

    [Fact]
    public void Pods_InputInAnotherOrder_AreNumberedAlike()
    {
        PodInfo[] pods = [Replica("r-1"), Replica("r-2"), Pod("single", "a"), Replica("r-0") with { Namespace = "b" }, Pod("other", "a")];

        var (forward, backward) = (new PodTable(Cluster([Node("a")], pods)), new PodTable(Cluster([Node("a")], [.. pods.Reverse()])));

        Assert.Equal(forward.Pods, backward.Pods);
        Assert.Equal(forward.TemplateOf, backward.TemplateOf);
    }

    private static PodInfo Replica(string name) => (Pod(name, "a", "web") with { Owner = new OwnerInfo("ReplicaSet", "web", "uid") })
        .With(p => p with { NodeSelector = Labels(("pool", "a")), AntiAffinity = [Near("web")], Spread = [Spread(1)] });

    private static SpreadConstraint Spread(int maxSkew) => new(Zone, App("web"), maxSkew, 1, Required: true, HonorAffinity: true, HonorTaints: false);
}
