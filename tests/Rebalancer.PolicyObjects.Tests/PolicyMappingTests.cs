using Rebalancer.Policy;
using Rebalancer.Policy.Moves;
using Rebalancer.Policy.Windows;

namespace Rebalancer.PolicyObjects.Tests;

public sealed class PolicyMappingTests
{
    [Fact]
    public void ToModel_NothingWritten_IsTheDefault()
    {
        var (rules, problems) = Documents.Read(Documents.Policy("{}"));

        Assert.Empty(problems);
        Assert.Equal(Documents.Text(new RebalanceRules()), Documents.Text(rules));
    }

    [Fact]
    public void ToModel_EverythingWritten_AllOfItCounts()
    {
        var (rules, problems) = Documents.Read(Documents.Policy("""
            {"mode": "Auto", "currency": "USD", "stableHours": "12.5", "leastSavingShare": 0.02, "disruptionTolerance": 3, "spotRiskCeilingPerHour": "0.001",
             "nodes": {"capacityTypes": ["spot"], "labels": {"pool": "a"}},
             "pods": {"namespaces": ["shop"], "excludedNamespaces": ["db"], "selector": {"matchLabels": {"app": "web"}}}, "evictedPods": {"namespaces": ["dns"]},
             "weights": {"usdPerGbMoved": "0.01", "lostInterruptions": "0.2", "usdPerFullPreferenceHour": "0.003"},
             "podValues": [{"minPriority": 1000, "usdPerFrozenSecond": "0.5", "usdPerRestart": 2}],
             "prices": [{"nodes": {"instanceTypes": ["m5.large"]}, "usdPerHour": "0.05"}], "sizeRates": {"spotShare": "0.4"},
             "commitments": [{"nodes": {"capacityTypes": ["reserved"]}}], "offeredTypes": ["m5.large"], "limits": {"moves": 7, "newNodes": 0},
             "budgets": [{"nodes": "10%", "reasons": ["Replacement"], "schedule": "0 2 * * 1-5", "duration": "2h30m", "timeZone": "Europe/Berlin"}, {"pods": 3}, {"mode": "Deny", "schedule": "0 0 1 * *", "duration": "24h"}],
             "aheadOfNotice": {"hazardPerHour": "0.25", "atOnce": 4, "atOncePerNode": 3, "longest": "90m", "bandwidthMbit": 50},
             "coolDowns": {"plan": "1m", "pod": "2m", "lastSource": "3m", "failure": "4m"},
             "migrations": {"atOnce": 5, "atOncePerNode": 3, "atOncePerWorkload": 2, "bandwidthMbit": 100, "freezeBudget": "1500ms", "cpuPolicy": "Ignore"}}
            """));

        Assert.Empty(problems);
        var plan = rules.Plan;
        Assert.Equal((RebalanceMode.Auto, 100L, 12.5, 0.02, 3d, 0.001), (rules.Mode, rules.BandwidthMbit, plan.StableHours, plan.LeastSavingShare, plan.DisruptionTolerance, plan.SpotRiskCeilingPerHour));
        Assert.Equal((0.01m, 0.2, 0.003, true), (plan.UsdPerGbMoved, plan.LostInterruptions, plan.UsdPerFullPreferenceHour, plan.IgnoreCpu));
        Assert.Equal(new MoveLimits(7, 5, 3, 2, 0, TimeSpan.FromMilliseconds(1500)), plan.Limits);
        Assert.Equal(new CoolDowns(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(3), TimeSpan.FromMinutes(4)), rules.CoolDowns);
        Assert.Equal(new AheadRules(0.25, 4, 3, TimeSpan.FromMinutes(90), 50), rules.Ahead);
        Assert.Equal((new PodValue(0.5m, 2m), new PodValue()), (plan.PodValues[1000], plan.PodValues[int.MinValue]));
        Assert.Equal(("a", "shop", "db", "app In [web]"), (plan.Nodes.Labels["pool"], plan.Pods.Namespaces.Single(), plan.Pods.ExcludedNamespaces.Single(), plan.Pods.Selector.Requirements.Single().ToString()));
        Assert.Equal("dns", Assert.Single(plan.EvictedPods!.Namespaces));
        Assert.Equal((0.05m, 0.4m, 1), (plan.Pricing.Overrides.Single().PerHour.Usd, plan.Pricing.Rates.SpotShare, plan.Commitments.Single().Nodes));
        Assert.Equal("m5.large", Assert.Single(plan.OfferedTypes));
        var window = rules.Budgets[0].Window!;
        Assert.Equal(("0 2 * * 1-5", TimeSpan.FromMinutes(150), "Europe/Berlin"), (window.Schedule.Text, window.Duration, window.Zone.Id));
        Assert.Equal((new BudgetAmount(10, true), new BudgetAmount(3, false), BudgetMode.Deny), (rules.Budgets[0].Nodes, rules.Budgets[1].Pods, rules.Budgets[2].Mode));
        Assert.Equal((true, false), (rules.Budgets[0].Concerns("Replacement"), rules.Budgets[0].Concerns("Consolidation")));
    }

    [Fact]
    public void ToModel_CopyingAheadAskedForWithoutMore_HasItsDefaults() => Assert.Equal(AheadRules.Default, Documents.Read(Documents.Policy("""{"aheadOfNotice": {}}""")).Rules.Ahead);

    [Theory]
    [InlineData("""{"mode": "Sometimes"}""", "spec.mode is 'Sometimes', expected Observe or Recommend or Auto")]
    [InlineData("""{"currency": "EUR"}""", "spec.currency is 'EUR', expected USD")]
    [InlineData("""{"stableHours": "NaN"}""", "spec.stableHours is 'NaN', expected a decimal number from 0.1 to 8760")]
    [InlineData("""{"stableHours": "1e3"}""", "spec.stableHours is '1e3'")]
    [InlineData("""{"leastSavingShare": -1}""", "spec.leastSavingShare is '-1', expected a decimal number from 0 to 1")]
    [InlineData("""{"disruptionTolerance": 0}""", "spec.disruptionTolerance is '0'")]
    [InlineData("""{"weights": {"lostInterruptions": 2}}""", "spec.weights.lostInterruptions is '2'")]
    [InlineData("""{"spotRiskCeilingPerHour": 61}""", "spec.spotRiskCeilingPerHour is '61'")]
    [InlineData("""{"prices": [{}]}""", "spec.prices[0].usdPerHour is ''")]
    [InlineData("""{"prices": [{"usdPerHour": 0}]}""", "spec.prices[0].usdPerHour is '0'")]
    [InlineData("""{"nodes": {"capacityTypes": ["spot", "free"]}}""", "spec.nodes.capacityTypes[1] is 'free', expected on-demand or spot or reserved")]
    [InlineData("""{"pods": {"selector": {"matchExpressions": [{"key": "a", "operator": "In"}]}}}""", "spec.pods.selector.matchExpressions[0].values")]
    [InlineData("""{"pods": {"selector": {"matchExpressions": [{"key": "a", "operator": "Exists", "values": ["b"]}]}}}""", "spec.pods.selector.matchExpressions[0].values is 'b'")]
    [InlineData("""{"pods": {"selector": {"matchExpressions": [{"key": "a", "operator": "Like"}]}}}""", "spec.pods.selector.matchExpressions[0].operator is 'Like'")]
    [InlineData("""{"evictedPods": {"selector": {"matchExpressions": [{"key": "a", "operator": "Like"}]}}}""", "spec.evictedPods.selector.matchExpressions[0].operator is 'Like'")]
    [InlineData("""{"podValues": [{"minPriority": 1}, {"minPriority": 1}]}""", "spec.podValues[1].minPriority is '1', expected each priority once")]
    [InlineData("""{"commitments": [{"count": 0}]}""", "spec.commitments[0].count is '0'")]
    [InlineData("""{"offeredTypes": ["huge"]}""", "spec.offeredTypes is 'huge'")]
    [InlineData("""{"limits": {"moves": 2001}}""", "spec.limits.moves is '2001', expected 1 to 2000")]
    [InlineData("""{"budgets": [{}]}""", "spec.budgets[0] is 'without nodes and pods'")]
    [InlineData("""{"budgets": [{"nodes": 1, "pods": 1}]}""", "spec.budgets[0] is 'with nodes and pods'")]
    [InlineData("""{"budgets": [{"mode": "Deny", "pods": 1}]}""", "spec.budgets[0] is '1', expected neither nodes nor pods")]
    [InlineData("""{"budgets": [{"nodes": "101%"}]}""", "spec.budgets[0].nodes is '101%'")]
    [InlineData("""{"budgets": [{"nodes": -1}]}""", "spec.budgets[0].nodes is '-1'")]
    [InlineData("""{"budgets": [{"nodes": 1, "reasons": ["Whim"]}]}""", "spec.budgets[0].reasons is 'Whim', expected Consolidation or Replacement")]
    [InlineData("""{"budgets": [{"nodes": 1, "schedule": "0 0 * * *"}]}""", "spec.budgets[0].duration is ''")]
    [InlineData("""{"budgets": [{"nodes": 1, "duration": "1h"}]}""", "spec.budgets[0].duration is '1h', expected a schedule beside it")]
    [InlineData("""{"budgets": [{"nodes": 1, "timeZone": "UTC"}]}""", "spec.budgets[0].timeZone is 'UTC', expected a schedule beside it")]
    [InlineData("""{"budgets": [{"nodes": 1, "schedule": "0 25 * * *", "duration": "1h"}]}""", "spec.budgets[0].schedule is '0 25 * * *', expected an hour from 0 to 23, not '25'")]
    [InlineData("""{"budgets": [{"nodes": 1, "schedule": "0 0 * * *", "duration": "200h"}]}""", "spec.budgets[0].duration is '200h', expected a duration such as 500ms, 30s or 1h30m from 1m to 168h")]
    [InlineData("""{"budgets": [{"nodes": 1, "schedule": "0 0 * * *", "duration": "1h", "timeZone": "Europe/Atlantis"}]}""", "spec.budgets[0].timeZone is 'Europe/Atlantis'")]
    [InlineData("""{"atWindowEnd": "Abort"}""", "spec.atWindowEnd is 'Abort', expected Finish or Stop")]
    [InlineData("""{"release": {"method": "Magic"}}""", "spec.release.method is 'Magic', expected Autoscaler or NodeClaim or Webhook")]
    [InlineData("""{"release": {"method": "Webhook"}}""", "spec.release.url is '', expected the http or https address")]
    [InlineData("""{"release": {"url": "https://ops.example/nodes"}}""", "spec.release.url is 'https://ops.example/nodes', expected none")]
    [InlineData("""{"release": {"method": "Webhook", "url": "ftp://ops.example"}}""", "spec.release.url is 'ftp://ops.example', expected an http or https address")]
    [InlineData("""{"release": {"timeout": "10s"}}""", "spec.release.timeout is '10s'")]
    [InlineData("""{"aheadOfNotice": {"hazardPerHour": 0}}""", "spec.aheadOfNotice.hazardPerHour is '0'")]
    [InlineData("""{"aheadOfNotice": {"atOnce": 0}}""", "spec.aheadOfNotice.atOnce is '0', expected 1 to 1000")]
    [InlineData("""{"aheadOfNotice": {"atOncePerNode": 101}}""", "spec.aheadOfNotice.atOncePerNode is '101', expected 1 to 100")]
    [InlineData("""{"aheadOfNotice": {"longest": "25h"}}""", "spec.aheadOfNotice.longest is '25h'")]
    [InlineData("""{"aheadOfNotice": {"bandwidthMbit": 0}}""", "spec.aheadOfNotice.bandwidthMbit is '0'")]
    [InlineData("""{"coolDowns": {"pod": "1d"}}""", "spec.coolDowns.pod is '1d'")]
    [InlineData("""{"migrations": {"freezeBudget": "2m"}}""", "spec.migrations.freezeBudget is '2m', expected a duration such as 500ms, 30s or 1h30m from 50ms to 1m")]
    [InlineData("""{"migrations": {"cpuPolicy": "Loose"}}""", "spec.migrations.cpuPolicy is 'Loose', expected Strict or Ignore")]
    [InlineData("""{"migrations": {"bandwidthMbit": -1}}""", "spec.migrations.bandwidthMbit is '-1'")]
    [InlineData("""{"unheardOf": 1}""", "spec.unheardOf is '1', expected a field of a RebalancePolicySpec: aheadOfNotice, atWindowEnd, budgets")]
    [InlineData("""{"stableHours": [1]}""", "spec.stableHours is '[1]', expected a decimal number")]
    [InlineData("""{"limits": {"moves": "7"}}""", "spec.limits.moves is '7', expected a whole number")]
    public void ToModel_OneThingWrong_IsTheOneProblem(string spec, string problem)
        => Assert.StartsWith("p.yaml: " + problem, Assert.Single(Documents.Read(Documents.Policy(spec)).Problems), StringComparison.Ordinal);

    [Fact]
    public void ToModel_MuchWrong_AllIsReportedAtOnce()
    {
        var (_, problems) = Documents.Read(Documents.Policy("""
            {"mode": 1, "unheardOf": {}, "stableHours": 0, "limits": {"moves": 0, "mvoes": 1}, "prices": [{"usdPerHour": 0}, {"usdPerHour": "x"}], "budgets": [{"nodes": 1, "pods": 1, "duration": "x", "timeZone": "Nowhere"}]}
            """));

        Assert.Equal(
            ["spec.mode", "spec.unheardOf", "spec.limits.mvoes", "spec.stableHours", "spec.prices[0].usdPerHour", "spec.prices[1].usdPerHour", "spec.limits.moves", "spec.budgets[0]", "spec.budgets[0].duration", "spec.budgets[0].timeZone", "spec.budgets[0].duration", "spec.budgets[0].timeZone"],
            problems.Select(p => p["p.yaml: ".Length..].Split(" is ")[0]));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"kind": "RebalancePolicy"}""")]
    [InlineData("""{"apiVersion": "rebalancer.dev/v1alpha1", "kind": "RebalancePolicy", "spec": 1}""")]
    [InlineData("""{"apiVersion": ["rebalancer.dev/v1alpha1"], "kind": "RebalancePolicy"}""")]
    public void Read_NoPolicy_IsReported(string document) => Assert.NotEmpty(Documents.Read(System.Text.Json.Nodes.JsonNode.Parse(document)).Problems);
}
