using System.Text.Json;
using Rebalancer.Descheduler.Ledger;
using Rebalancer.Model;

namespace Rebalancer.Descheduler.Tests.Ledger;

public sealed class PodUseTests
{
    /// <summary>As metrics-server 0.8 writes it.</summary>
    [Fact]
    public void Read_ContainersOfAPod_AreAddedUp()
    {
        using var list = JsonDocument.Parse("""
            {"kind":"PodMetricsList","apiVersion":"metrics.k8s.io/v1beta1","metadata":{},"items":[{"metadata":{"name":"redis","namespace":"shop"},"timestamp":"2026-05-01T00:00:00Z","window":"15s",
            "containers":[{"name":"redis","usage":{"cpu":"1500000n","memory":"12Mi"}},{"name":"sidecar","usage":{"cpu":"2m","memory":"odd"}}]}]}
            """);

        var used = PodUse.Read(list.RootElement)["shop/redis"];

        Assert.Equal((0.0035m, 12m * 1024 * 1024), (used[ResourceSet.Cpu].ToDecimal(), used[ResourceSet.Memory].ToDecimal()));
    }
}
