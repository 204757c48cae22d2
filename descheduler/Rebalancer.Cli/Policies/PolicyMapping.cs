using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using Rebalancer.Model;
using Rebalancer.Policy;
using Rebalancer.Policy.Cost;
using Rebalancer.Policy.Cost.Catalogue;
using Rebalancer.Policy.Moves;

namespace Rebalancer.Cli.Policies;

/// <summary>What is written to a policy; numbers outside their range are reported, each with its field.</summary>
internal sealed class PolicyMapping(string file, ICollection<InvalidField> problems)
{
    private const int MaxCount = 1_000_000;
    private static readonly PlanPolicy Default = new();

    public PlanPolicy ToModel(PolicySpec spec)
    {
        if (spec.Currency is not (null or "USD"))
        {
            Report("currency", spec.Currency, "USD");
        }

        foreach (var type in (spec.OfferedTypes ?? []).Where(t => !Ec2Catalogue.Instance.Types.ContainsKey(t)))
        {
            Report("offeredTypes", type, "an EC2 instance type of the catalogue");
        }

        return new PlanPolicy
        {
            StableHours = Within("stableHours", spec.StableHours, Default.StableHours, 0.1, 8760),
            LeastSavingShare = Within("leastSavingShare", spec.LeastSavingShare, Default.LeastSavingShare, 0, 1),
            DisruptionTolerance = Within("disruptionTolerance", spec.DisruptionTolerance, Default.DisruptionTolerance, 0.001, 1000),
            LostInterruptions = Within("lostInterruptions", spec.LostInterruptions, Default.LostInterruptions, 0, 1),
            UsdPerFullPreferenceHour = Within("usdPerFullPreferenceHour", spec.UsdPerFullPreferenceHour, Default.UsdPerFullPreferenceHour, 0, 100),
            UsdPerGbMoved = Within("usdPerGbMoved", spec.UsdPerGbMoved, Default.UsdPerGbMoved, 0, 100),
            IgnoreCpu = spec.IgnoreCpu ?? Default.IgnoreCpu,
            OfferedTypes = [.. spec.OfferedTypes ?? []],
            ExcludedNamespaces = [.. spec.ExcludedNamespaces ?? []],
            Nodes = Match("nodes", spec.Nodes),
            PodValues = Default.PodValues.SetItems((spec.PodValues ?? []).Select((v, i) => KeyValuePair.Create(v.MinPriority, Value($"podValues[{i}]", v)))),
            Pricing = new NodePricing
            {
                Rates = Rates(spec.SizeRates ?? new RatesSpec()),
                Overrides = [.. (spec.Prices ?? []).Select((p, i) => new PriceOverride(
                    Match($"prices[{i}].nodes", p.Nodes), new Money(Within($"prices[{i}].usdPerHour", p.UsdPerHour, 0, 0.000001m, NodePricing.MaxUsdPerHour))))],
            },
            Commitments = [.. (spec.Commitments ?? []).Select((c, i) => new Commitment(Match($"commitments[{i}].nodes", c.Nodes), Count($"commitments[{i}].count", c.Count, 1, 1)))],
            Limits = Limits(spec.Limits ?? new LimitsSpec()),
        };
    }

    private PodValue Value(string field, PodValueSpec spec)
    {
        var usual = new PodValue();
        return new PodValue(
            Within(field + ".usdPerFrozenSecond", spec.UsdPerFrozenSecond, usual.UsdPerFrozenSecond, 0, 1_000_000),
            Within(field + ".usdPerRestart", spec.UsdPerRestart, usual.UsdPerRestart, 0, 1_000_000));
    }

    private SizeRates Rates(RatesSpec spec)
    {
        var usual = new SizeRates();
        return new SizeRates(
            Within("sizeRates.usdPerVcpuHour", spec.UsdPerVcpuHour, usual.UsdPerVcpuHour, 0.000001m, 1000),
            Within("sizeRates.usdPerGibHour", spec.UsdPerGibHour, usual.UsdPerGibHour, 0.000001m, 1000),
            Within("sizeRates.usdPerGpuHour", spec.UsdPerGpuHour, usual.UsdPerGpuHour, 0.000001m, 1000),
            Within("sizeRates.spotShare", spec.SpotShare, usual.SpotShare, 0.000001m, 1));
    }

    private MoveLimits Limits(LimitsSpec spec)
    {
        var usual = new MoveLimits();
        return new MoveLimits(
            Count("limits.moves", spec.Moves, usual.Moves, 1),
            Count("limits.atOnce", spec.AtOnce, usual.AtOnce, 1),
            Count("limits.atOncePerNode", spec.AtOncePerNode, usual.AtOncePerNode, 1),
            Count("limits.atOncePerWorkload", spec.AtOncePerWorkload, usual.AtOncePerWorkload, 1),
            Count("limits.newNodes", spec.NewNodes, usual.NewNodes, 0, 100),
            TimeSpan.FromSeconds(Within("limits.freezeSeconds", spec.FreezeSeconds, usual.Freeze.TotalSeconds, 0.05, 60)));
    }

    private NodeMatch Match(string field, MatchSpec? spec) => new()
    {
        InstanceTypes = [.. spec?.InstanceTypes ?? []],
        CapacityTypes = [.. (spec?.CapacityTypes ?? []).Select(c => Capacity(field + ".capacityTypes", c))],
        Labels = (spec?.Labels ?? []).ToImmutableDictionary(),
    };

    private CapacityType Capacity(string field, string text)
    {
        switch (text)
        {
            case "on-demand": return CapacityType.OnDemand;
            case "spot": return CapacityType.Spot;
            case "reserved": return CapacityType.Reserved;
            default:
                Report(field, text, "on-demand, spot or reserved");
                return CapacityType.OnDemand;
        }
    }

    private int Count(string field, int? value, int usual, int least, int most = MaxCount) => (int)Within(field, (decimal?)value, usual, least, most);

    private T Within<T>(string field, T? value, T usual, T least, T most)
        where T : struct, INumber<T>
    {
        // NaN is within nothing.
        if (value is { } given && !(given >= least && given <= most))
        {
            Report(field, given.ToString(null, CultureInfo.InvariantCulture), string.Create(CultureInfo.InvariantCulture, $"{least} to {most}"));
            return usual;
        }

        return value ?? usual;
    }

    private void Report(string field, string value, string expected) => problems.Add(new InvalidField(file, "spec." + field, value, expected));
}
