using FsCheck.Xunit;
using Rebalancer.Ledger.Waste;
using Rebalancer.Model;
using Rebalancer.Policy.Cost;

namespace Rebalancer.Ledger.Tests.Waste;

public sealed class WasteTests
{
    /// <summary>A node of $1/h, half of whose price is for processors: a pod that asks for half of them and a quarter of the memory costs 0.375.</summary>
    private static readonly SizeRates Even = new(UsdPerVcpuHour: 1, UsdPerGibHour: 0.25m);

    [Fact]
    public void Pod_CostsItsRequests_AndTheRestIsIdle()
    {
        var report = Report(null, Pod("shop", "a", "2", "4Gi"));

        Assert.Equal((false, 1m, 0.625m, (decimal?)null), (report.UsageKnown, report.UsdPerHour, report.IdleUsdPerHour, report.WasteUsdPerHour));
        Assert.Equal(("shop", 0.375m), (report.Namespaces[0].Name, report.Namespaces[0].UsdPerHour));
        Assert.Equal((0.625m, 0.625m, 1), (report.Nodes[0].IdleUsdPerHour, report.Nodes[0].IdleShare, report.Nodes[0].Pods));
    }

    [Fact]
    public void Pod_UsesMoreProcessorAndLessMemoryThanItAskedFor_CostsTheLargerAndWastesTheRest()
    {
        var report = Report(new() { ["shop/a"] = Amounts("3", "1Gi") }, Pod("shop", "a", "2", "4Gi"));

        Assert.Equal((0.375m + 0.125m, (decimal?)(3m / 16 * 0.5m)), (report.Namespaces[0].UsdPerHour, report.Namespaces[0].WasteUsdPerHour));
    }

    [Fact]
    public void Pods_UseMoreThanTheNodeGivesAway_CostNoMoreThanTheNode()
    {
        var report = Report(new() { ["shop/a"] = Amounts("6", "0"), ["etl/b"] = Amounts("2", "0") }, Pod("shop", "a", "1", "0"), Pod("etl", "b", "1", "0"));

        Assert.Equal([("shop", 0.375m), ("etl", 0.125m)], report.Namespaces.Select(n => (n.Name, n.UsdPerHour)));
        Assert.Equal(0.5m, report.IdleUsdPerHour);
    }

    [Fact]
    public void Pods_FinishedOrNotPlaced_CostNothing()
        => Assert.Empty(Report(null, Pod("shop", "a", "1", "1Gi") with { Phase = "Succeeded" }, Pod("shop", "b", "1", "1Gi") with { NodeName = "" }).Namespaces);

    [Property]
    public bool Report_AnyPods_NamespacesAndIdleAreThePriceExactly(int seed)
    {
        var random = new Random(seed);
        var pods = Enumerable.Range(0, 20).Select(i => Pod($"ns{random.Next(4)}", $"p{i}", $"{random.Next(0, 1500)}m", $"{random.Next(0, 3000)}Mi")).ToArray();
        var usage = pods.Where(_ => random.Next(2) == 0).ToDictionary(p => p.FullName, _ => Amounts($"{random.Next(0, 2000)}m", $"{random.Next(0, 3000)}Mi"));

        var report = Report(usage, pods);

        return report.Namespaces.Sum(n => n.UsdPerHour) + report.IdleUsdPerHour == report.UsdPerHour && report.IdleUsdPerHour >= 0;
    }

    private static WasteReport Report(Dictionary<string, ResourceSet>? usage, params PodInfo[] pods)
        => WasteAccount.Of([new NodeInfo { Name = "n", Allocatable = Amounts("4", "16Gi") }], pods, _ => new NodePrice(new Money(1), PriceSource.Override), Even, usage, DateTimeOffset.UnixEpoch);

    private static PodInfo Pod(string ns, string name, string cpu, string memory) => new() { Namespace = ns, Name = name, NodeName = "n", Phase = "Running", Requests = Amounts(cpu, memory) };

    private static ResourceSet Amounts(string cpu, string memory) => ResourceSet.Of((ResourceSet.Cpu, Quantity.Parse(cpu)), (ResourceSet.Memory, Quantity.Parse(memory)));
}
