using System.Globalization;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;
using Rebalancer.Policy;
using Rebalancer.Policy.Moves;

namespace Rebalancer.PolicyObjects;

/// <summary>What a RebalancePolicy says, as rules. The API server has seen to most of it; files have not been there, and a schema may be older than its program.</summary>
public sealed class PolicyMapping
{
    /// <summary>As many as a RebalancePlan holds.</summary>
    private const int MaxMoves = 2000;
    private const int MaxNewNodes = 100;
    private const int MaxHeld = 1000;
    private const int MaxHeldPerNode = 100;
    private static readonly PlanPolicy Usual = new();
    private static readonly TimeSpan LongestCoolDown = TimeSpan.FromDays(30);

    private readonly PolicyFields fields;

    private PolicyMapping(PolicyFields fields) => this.fields = fields;

    /// <param name="item">The object, for messages.</param>
    /// <param name="problems">Takes all that is wrong; where there is something, the rules are not to be used.</param>
    public static RebalanceRules ToModel(string item, RebalancePolicySpec spec, ICollection<InvalidField> problems) => new PolicyMapping(new PolicyFields(item, problems)).Rules(spec);

    private RebalanceRules Rules(RebalancePolicySpec spec)
    {
        _ = fields.Choice("currency", spec.Currency, "USD", ("USD", "USD"));
        var migrations = spec.Migrations ?? new MoveDefaultsSpec();
        return new RebalanceRules
        {
            Mode = fields.Choice("mode", spec.Mode, RebalanceMode.Observe,
                (PolicyModes.Observe, RebalanceMode.Observe), (PolicyModes.Recommend, RebalanceMode.Recommend), (PolicyModes.Auto, RebalanceMode.Auto)),
            Plan = Plan(spec, migrations),
            Budgets = [.. (spec.Budgets ?? []).Select((b, i) => MoveBudgetMapping.ToModel(fields, $"budgets[{i}]", b))],
            StopAtWindowEnd = fields.Choice("atWindowEnd", spec.AtWindowEnd, false, ("Finish", false), ("Stop", true)),
            Release = ReleaseMapping.ToModel(fields, spec.Release ?? new ReleaseSpec()),
            Ahead = spec.AheadOfNotice is { } ahead ? Ahead(ahead) : null,
            CoolDowns = CoolDowns(spec.CoolDowns ?? new CoolDownsSpec()),
            BandwidthMbit = migrations.BandwidthMbit is { } mbit ? fields.Count("migrations.bandwidthMbit", mbit, 0, 0, 10_000_000) : null,
        };
    }

    private PlanPolicy Plan(RebalancePolicySpec spec, MoveDefaultsSpec migrations)
    {
        var weights = spec.Weights ?? new WeightsSpec();
        return new PlanPolicy
        {
            StableHours = fields.Number("stableHours", spec.StableHours, Usual.StableHours, 0.1m, 8760),
            LeastSavingShare = fields.Number("leastSavingShare", spec.LeastSavingShare, Usual.LeastSavingShare, 0, 1),
            DisruptionTolerance = fields.Number("disruptionTolerance", spec.DisruptionTolerance, Usual.DisruptionTolerance, 0.001m, 1000),
            LostInterruptions = fields.Number("weights.lostInterruptions", weights.LostInterruptions, Usual.LostInterruptions, 0, 1),
            UsdPerFullPreferenceHour = fields.Number("weights.usdPerFullPreferenceHour", weights.UsdPerFullPreferenceHour, Usual.UsdPerFullPreferenceHour, 0, 100),
            UsdPerGbMoved = fields.Decimal("weights.usdPerGbMoved", weights.UsdPerGbMoved, Usual.UsdPerGbMoved, 0, 100),
            SpotRiskCeilingPerHour = spec.SpotRiskCeilingPerHour is { } ceiling ? fields.Number("spotRiskCeilingPerHour", ceiling, 0, 0, 60) : null,
            IgnoreCpu = fields.Choice("migrations.cpuPolicy", migrations.CpuPolicy, false, ("Strict", false), ("Ignore", true)),
            OfferedTypes = PriceMapping.Offered(fields, spec.OfferedTypes),
            Nodes = SelectionMapping.Nodes(fields, "nodes", spec.Nodes),
            Pods = SelectionMapping.Pods(fields, "pods", spec.Pods),
            EvictedPods = spec.EvictedPods is { } evicted ? SelectionMapping.Pods(fields, "evictedPods", evicted) : null,
            PodValues = Usual.PodValues.SetItems(Values(spec.PodValues ?? [])),
            Pricing = PriceMapping.Pricing(fields, spec),
            Commitments = PriceMapping.Commitments(fields, spec.Commitments ?? []),
            Limits = Limits(spec.Limits ?? new PlanLimitsSpec(), migrations),
        };
    }

    private IEnumerable<KeyValuePair<int, PodValue>> Values(IList<PodValueSpec> specs)
    {
        var (usual, seen) = (new PodValue(), new HashSet<int>());
        for (var i = 0; i < specs.Count; i++)
        {
            var (field, spec) = ($"podValues[{i}]", specs[i]);
            if (!seen.Add(spec.MinPriority))
            {
                fields.Report(field + ".minPriority", spec.MinPriority.ToString(CultureInfo.InvariantCulture), "each priority once");
            }

            yield return KeyValuePair.Create(spec.MinPriority, new PodValue(
                fields.Decimal(field + ".usdPerFrozenSecond", spec.UsdPerFrozenSecond, usual.UsdPerFrozenSecond, 0, 1_000_000),
                fields.Decimal(field + ".usdPerRestart", spec.UsdPerRestart, usual.UsdPerRestart, 0, 1_000_000)));
        }
    }

    private MoveLimits Limits(PlanLimitsSpec plan, MoveDefaultsSpec moves)
    {
        var usual = new MoveLimits();
        return new MoveLimits(
            fields.Count("limits.moves", plan.Moves, usual.Moves, 1, MaxMoves),
            fields.Count("migrations.atOnce", moves.AtOnce, usual.AtOnce, 1),
            fields.Count("migrations.atOncePerNode", moves.AtOncePerNode, usual.AtOncePerNode, 1),
            fields.Count("migrations.atOncePerWorkload", moves.AtOncePerWorkload, usual.AtOncePerWorkload, 1),
            fields.Count("limits.newNodes", plan.NewNodes, usual.NewNodes, 0, MaxNewNodes),
            fields.Duration("migrations.freezeBudget", moves.FreezeBudget, usual.Freeze, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(60)));
    }

    private AheadRules Ahead(AheadOfNoticeSpec spec)
    {
        var usual = AheadRules.Default;
        return new AheadRules(
            spec.HazardPerHour is { } hazard ? fields.Number("aheadOfNotice.hazardPerHour", hazard, 0, 0.0001m, 60) : null,
            fields.Count("aheadOfNotice.atOnce", spec.AtOnce, usual.AtOnce, 1, MaxHeld),
            fields.Count("aheadOfNotice.atOncePerNode", spec.AtOncePerNode, usual.AtOncePerNode, 1, MaxHeldPerNode),
            fields.Duration("aheadOfNotice.longest", spec.Longest, usual.Longest, TimeSpan.FromMinutes(1), TimeSpan.FromHours(24)),
            fields.Count("aheadOfNotice.bandwidthMbit", spec.BandwidthMbit, (int)usual.BandwidthMbit, 1, 10_000_000));
    }

    private CoolDowns CoolDowns(CoolDownsSpec spec)
    {
        var usual = Policy.CoolDowns.Default;
        return new CoolDowns(
            fields.Duration("coolDowns.plan", spec.Plan, usual.Plan, TimeSpan.Zero, LongestCoolDown),
            fields.Duration("coolDowns.pod", spec.Pod, usual.Pod, TimeSpan.Zero, LongestCoolDown),
            fields.Duration("coolDowns.lastSource", spec.LastSource, usual.LastSource, TimeSpan.Zero, LongestCoolDown),
            fields.Duration("coolDowns.failure", spec.Failure, usual.Failure, TimeSpan.Zero, LongestCoolDown));
    }
}
