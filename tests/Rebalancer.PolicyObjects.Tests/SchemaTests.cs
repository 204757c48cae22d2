using System.Text.Json.Nodes;
using k8s;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Model;
using Rebalancer.Policy;
using Rebalancer.Testing;

namespace Rebalancer.PolicyObjects.Tests;

/// <summary>The schema and the programs agree, by way of an API server.</summary>
public sealed class SchemaTests
{
    /// <summary>Every default stands twice: in the schema, for people to see in their objects, and in the code, for files.</summary>
    [Fact]
    public async Task Defaults_OfTheSchema_AreThoseOfTheCode()
    {
        var stored = await StoreAsync(Documents.Policy("{}"));

        Assert.Equal(PolicyModes.Observe, (string?)stored["spec"]!["mode"]);
        var rules = RulesOf(stored);
        Assert.Equal(Documents.Text(new RebalanceRules()), Documents.Text(rules));
    }

    [Fact]
    public async Task Defaults_InsideLists_AreThoseOfTheCode()
    {
        const string Spec = """{"podValues": [{"minPriority": 5}], "commitments": [{}], "budgets": [{"nodes": 1}]}""";

        Assert.Equal(Documents.Text(Documents.Read(Documents.Policy(Spec)).Rules), Documents.Text(RulesOf(await StoreAsync(Documents.Policy(Spec)))));
    }

    /// <summary>What a client writes comes back the same, and every number in the form that the schema takes.</summary>
    [Fact]
    public async Task Object_WrittenByTheClient_IsTakenAndComesBack()
    {
        var policy = new RebalancePolicy
        {
            Metadata = new k8s.Models.V1ObjectMeta { Name = "p" },
            Spec = new RebalancePolicySpec { StableHours = new DecimalText(12.5m), DisruptionTolerance = new DecimalText(3), Budgets = [new BudgetSpec { Nodes = "10%" }, new BudgetSpec { Pods = 3 }] },
        };

        var stored = await StoreAsync((JsonObject)JsonNode.Parse(KubernetesJson.Serialize(policy))!);

        Assert.Equal(("12.5", "3"), ((string?)stored["spec"]!["stableHours"], (string?)stored["spec"]!["disruptionTolerance"]));
        Assert.Equal(("10%", 3), ((string?)stored["spec"]!["budgets"]![0]!["nodes"], (int)stored["spec"]!["budgets"]![1]!["pods"]!));
    }

    [Theory]
    [InlineData("""{"mode": "Sometimes"}""", "spec.mode")]
    [InlineData("""{"stableHours": 0.5}""", "spec.stableHours")]
    [InlineData("""{"leastSavingShare": "-1"}""", "spec.leastSavingShare")]
    [InlineData("""{"podValues": [{"minPriority": 1}, {"minPriority": 1}]}""", "spec.podValues[1]")]
    [InlineData("""{"budgets": [{"nodes": "101%"}]}""", "spec.budgets[0].nodes")]
    [InlineData("""{"aheadOfNotice": {"hazardPerHour": "-1"}}""", "spec.aheadOfNotice.hazardPerHour")]
    [InlineData("""{"aheadOfNotice": {"atOnce": 0}}""", "spec.aheadOfNotice.atOnce")]
    [InlineData("""{"aheadOfNotice": {"atOncePerNode": 101}}""", "spec.aheadOfNotice.atOncePerNode")]
    [InlineData("""{"aheadOfNotice": {"longest": "1d"}}""", "spec.aheadOfNotice.longest")]
    [InlineData("""{"aheadOfNotice": {"bandwidthMbit": 0}}""", "spec.aheadOfNotice.bandwidthMbit")]
    [InlineData("""{"coolDowns": {"pod": "1d"}}""", "spec.coolDowns.pod")]
    public async Task Schema_WhatMakesNoSense_IsRefused(string spec, string field)
        => Assert.Contains(field, (await Assert.ThrowsAsync<ApiException>(() => StoreAsync(Documents.Policy(spec)))).Message, StringComparison.Ordinal);

    private static RebalanceRules RulesOf(JsonObject stored)
    {
        var problems = new List<InvalidField>();
        var rules = PolicyMapping.ToModel("p", KubernetesJson.Deserialize<RebalancePolicySpec>(stored["spec"]!.ToJsonString()), problems);
        Assert.Empty(problems);
        return rules;
    }

    private static async Task<JsonObject> StoreAsync(JsonObject policy)
    {
        await using var api = await ApiServer.StartAsync(new ApiServerOptions { CrdFolders = [Path.Combine(Repository(), "manifests", "crds")] }, CancellationToken.None);
        using var connection = api.CreateClient();
        return await new ApiClient(connection).CreateAsync(ApiResource.RebalancePolicies, null, policy, CancellationToken.None);
    }

    private static string Repository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Rebalancer.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Rebalancer.sln not found above the tests");
        }

        return folder;
    }
}
