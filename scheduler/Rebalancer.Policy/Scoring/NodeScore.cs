using System.Collections.Immutable;
using System.Globalization;

namespace Rebalancer.Policy.Scoring;

/// <summary>What having a pod on a node costs per hour, and why. Less is better.</summary>
public sealed record NodeScore(string Node, ImmutableArray<ScoreTerm> Terms)
{
    /// <summary>US dollars per hour.</summary>
    public double UsdPerHour => Terms.Sum(t => t.UsdPerHour);

    public override string ToString() => $"{Node}: {UsdPerHour.ToString("0.######", CultureInfo.InvariantCulture)} $/h ({string.Join(", ", Terms)})";
}

/// <param name="Name">cost, risk, preferences, packing, cpu.</param>
public sealed record ScoreTerm(string Name, double UsdPerHour, string Detail)
{
    public override string ToString() => $"{Name} {UsdPerHour.ToString("0.######", CultureInfo.InvariantCulture)}: {Detail}";
}
