using Rebalancer.Benchmarks.Migration.Measuring;

namespace Rebalancer.Benchmarks.Tests.Migration.Measuring;

public sealed class LinkMeterTests
{
    [Fact]
    public void Sum_BothDirections_AreAdded() => Assert.Equal(12_003, LinkMeter.Sum(
        """
        {"nftables": [{"metainfo": {"version": "1.1.0"}}, {"table": {"family": "bridge", "name": "t", "handle": 1}}, {"chain": {"family": "bridge", "table": "t", "name": "forward"}},
          {"rule": {"handle": 2, "expr": [{"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": "vleft"}}, {"counter": {"packets": 3, "bytes": 12000}}]}},
          {"rule": {"handle": 3, "expr": [{"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": "vright"}}, {"counter": {"packets": 1, "bytes": 3}}]}}]}
        """));
}
