using System.Text.Json;
using Rebalancer.Cli.Tests.World;
using Rebalancer.Kubernetes.Api;
using YamlDotNet.RepresentationModel;

namespace Rebalancer.Cli.Tests.Cluster;

/// <summary>What holds for all verbs that ask a cluster.</summary>
public sealed class EveryVerbTests
{
    [Theory]
    [InlineData("plan")]
    [InlineData("explain", "--pod", "shop/redis")]
    [InlineData("nodes")]
    [InlineData("plans")]
    [InlineData("approve", "p")]
    [InlineData("reject", "p")]
    [InlineData("pause")]
    [InlineData("resume")]
    [InlineData("windows")]
    [InlineData("migrate", "redis")]
    [InlineData("check")]
    [InlineData("drain", "a")]
    [InlineData("drain", "a", "--undo")]
    [InlineData("status")]
    public async Task Verb_UserMayNot_Exit2WithTheServersWords(params string[] verb)
    {
        await using var server = await RefusingServer.StartAsync();

        var (exit, output, errors) = await CommandLine.Run([.. verb, "--kubeconfig", server.Kubeconfig]);

        Assert.Equal((2, ""), (exit, output));
        Assert.Matches("^the cluster refused: [A-Z]+ /api.*403 User \"eve\" cannot do that\n$", errors);
    }

    [Fact]
    public async Task Version_UserMayNot_StillTellsItsOwn()
    {
        await using var server = await RefusingServer.StartAsync();

        var (exit, output, _) = await CommandLine.Run("version", "--kubeconfig", server.Kubeconfig);

        Assert.Equal(0, exit);
        Assert.Contains("descheduler not known", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plan", "--iterations", "10")]
    [InlineData("nodes")]
    [InlineData("plans")]
    [InlineData("plans", "p")]
    [InlineData("approve", "p")]
    [InlineData("reject", "p")]
    [InlineData("pause")]
    [InlineData("resume")]
    [InlineData("windows")]
    [InlineData("migrate", "shop/redis", "--wait=false")]
    [InlineData("check", "-A")]
    [InlineData("drain", "a", "--wait=false")]
    [InlineData("status")]
    [InlineData("version")]
    public async Task Verb_JsonAndYaml_OneDocumentAndNothingElse(params string[] verb)
    {
        await using var world = await ClusterWorld.StartAsync();
        await world.NodeAsync("a");
        await world.PodAsync("redis", "a");
        await world.PolicyAsync("default", new RebalancePolicySpec { Budgets = [new BudgetSpec { Pods = "5" }] });
        await world.PlanAsync("p");

        var json = await world.Run([.. verb, "-o", "json"]);
        var yaml = await world.Run([.. verb, "-o", "yaml"]);

        Assert.Equal((0, "", 0, ""), (json.Exit, json.Errors, yaml.Exit, yaml.Errors));
        using var document = JsonDocument.Parse(json.Output);
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml.Output));
        var root = Assert.Single(stream.Documents).RootNode;
        Assert.Equal(document.RootElement.ValueKind == JsonValueKind.Array, root is YamlSequenceNode);
    }

    [Theory]
    [InlineData("plan")]
    [InlineData("status")]
    public async Task Verb_UnknownFormat_Exit1(string verb) => Assert.Equal(1, (await CommandLine.Run(verb, "-o", "xml")).Exit);
}
