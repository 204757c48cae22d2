using System.Collections.Immutable;
using System.Globalization;
using Rebalancer.Policy.Cost;
using Rebalancer.Policy.Risk;

namespace Rebalancer.Policy.Scoring;

/// <summary>What having a pod on a node costs per hour, and why. Less is better.</summary>
public sealed record NodeScore(string Node, ImmutableArray<ScoreTerm> Terms)
{
    /// <summary>US dollars per hour.</summary>
    public double UsdPerHour => Terms.Sum(t => t.UsdPerHour);

    public override string ToString() => $"{Node}: {UsdPerHour.ToString("0.######", CultureInfo.InvariantCulture)} $/h ({string.Join(", ", Terms)})";

    internal static NodeScore Of(string node, in ScoreTerms terms, NodePrice price, Hazard hazard, double share, double imbalance) => new(
        node,
        [
            new ScoreTerm("cost", terms.Cost, $"{Percent(share)} of a node at {price.PerHour}/h{(price.Estimated ? " (estimated)" : "")}"),
            new ScoreTerm("risk", terms.Risk, hazard.Basis),
            new ScoreTerm("preferences", terms.Preferences, "wishes that are not met"),
            new ScoreTerm("packing", terms.Packing, $"{Percent(imbalance)} more free of one resource than of the other"),
            new ScoreTerm("cpu", terms.Cpu, terms.Cpu > 0 ? "the processor may lack features" : "processor suits"),
        ]);

    private static string Percent(double share) => share.ToString("P0", CultureInfo.InvariantCulture);
}

/// <param name="Name">cost, risk, preferences, packing, cpu.</param>
public sealed record ScoreTerm(string Name, double UsdPerHour, string Detail)
{
    public override string ToString() => $"{Name} {UsdPerHour.ToString("0.######", CultureInfo.InvariantCulture)}: {Detail}";
}
