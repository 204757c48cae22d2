using Rebalancer.Rebalancing.WhatIf.Clusters;

namespace Rebalancer.Rebalancing.WhatIf.Accounts;

/// <summary>What nodes cost, counted twice: by each node's time when it goes, and by the rate of all of them as it changes.</summary>
internal sealed class NodeBill
{
    /// <summary>US dollars; sums of quotients with 28 digits differ by less.</summary>
    private const decimal Tolerance = 0.000001m;

    private decimal ofThoseGone;
    private decimal byRate;
    private decimal usdPerHour;
    private readonly DateTimeOffset start;
    private DateTimeOffset last;
    private double nodeHours;
    private int nodes;

    public NodeBill(DateTimeOffset start) => this.start = last = start;

    public decimal UsdPerHour => usdPerHour;

    public void Came(DateTimeOffset now, SimulatedNode node) => Change(now, node.UsdPerHour, 1);

    public void Left(DateTimeOffset now, SimulatedNode node)
    {
        Change(now, -node.UsdPerHour, -1);
        ofThoseGone += Hours(now - node.From) * node.UsdPerHour;
    }

    /// <summary>Up to now.</summary>
    /// <exception cref="SimulationBrokenException">The two sums differ.</exception>
    public decimal Usd(DateTimeOffset now, IEnumerable<SimulatedNode> there)
    {
        var byNode = ofThoseGone + there.Sum(n => Hours(now - n.From) * n.UsdPerHour);
        Change(now, 0, 0);
        return Math.Abs(byNode - byRate) <= Tolerance ? Math.Round(byRate, 9) : throw new SimulationBrokenException("the bill", now, $"nodes by their time cost {byNode}, by their rate {byRate}");
    }

    /// <summary>Mean number of nodes up to the last change.</summary>
    public double NodesMean => last > start ? nodeHours / (last - start).TotalHours : nodes;

    private void Change(DateTimeOffset now, decimal rate, int count)
    {
        byRate += Hours(now - last) * usdPerHour;
        nodeHours += (now - last).TotalHours * nodes;
        (last, usdPerHour, nodes) = (now, usdPerHour + rate, nodes + count);
    }

    private static decimal Hours(TimeSpan time) => (decimal)time.Ticks / TimeSpan.TicksPerHour;
}
