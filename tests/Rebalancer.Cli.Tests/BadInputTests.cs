namespace Rebalancer.Cli.Tests;

public sealed class BadInputTests : IDisposable
{
    private const string Cluster = """
        {"kind":"List","items":[
        {"kind":"Node","metadata":{"name":"n1"},"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"10"}}},
        {"kind":"Pod","metadata":{"name":"p","namespace":"ns"},"spec":{"nodeName":"n1","containers":[{"name":"c"}]},"status":{"phase":"Running"}}]}
        """;

    private const string Policy = "apiVersion: rebalancer.dev/v1alpha1\nkind: RebalancePolicy\nspec:\n";
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("rebalancer-cli");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Plan_EverythingWrong_AllIsReportedAndExitIs1()
    {
        var policy = Write("policy.yaml", Policy + "  stableHours: .nan\n  leastSavingShare: -1\n  currency: EUR\n  weight: 1\n  offeredTypes: [huge]\n  limits: {moves: 0}\n  prices: [{usdPerHour: 0}]\n");
        var snapshot = Write("cluster.json", Cluster.Replace("8Gi", "-8Gi", StringComparison.Ordinal));
        var prices = Write("prices.csv", "instance_type,region,zone,capacity_type,usd_per_hour\nm5.large,,,on-demand,-1\n");

        var (exit, _, errors) = await CommandLine.Run("plan", "--snapshot", snapshot, "--policy", policy, "--prices", prices, "--seconds", "-5");

        Assert.Equal(1, exit);
        Assert.All(
            new[] { "spec.stableHours is '.nan'", "spec.leastSavingShare is '-1'", "spec.currency is 'EUR'", "spec.weight is '1'", "spec.offeredTypes is 'huge'", "spec.limits.moves is '0'", "spec.prices[0].usdPerHour", "Node n1: status.allocatable[memory]", "prices.csv: line 2", "--seconds" },
            part => Assert.Contains(part, errors, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("kind: Other\n")]
    [InlineData("apiVersion: rebalancer.dev/v1alpha1\nkind: RebalancePolicy\nspec: {unheardOf: 1}\n")]
    [InlineData("apiVersion: rebalancer.dev/v1alpha1\nkind: RebalancePolicy\nspec: {stableHours: long}\n")]
    [InlineData("apiVersion: rebalancer.dev/v1alpha1\nkind: RebalancePolicy\nspec: {mode: Observe, mode: Auto}\n")]
    [InlineData("apiVersion: rebalancer.dev/v1alpha1\nkind: RebalancePolicy\n---\napiVersion: rebalancer.dev/v1alpha1\nkind: RebalancePolicy\n")]
    [InlineData("apiVersion: rebalancer.dev/v1alpha1\nkind: RebalancePolicy\nspec: &spec {nodes: *spec}\n")]
    [InlineData(": :")]
    [InlineData("")]
    public async Task Plan_NoPolicy_Refused(string text)
        => Assert.Equal(1, (await CommandLine.Run("plan", "--snapshot", Write("c.json", Cluster), "--policy", Write("policy.yaml", text))).Exit);

    /// <summary>Fractions in quotes are what the API server takes; without quotes they mean the same here.</summary>
    [Theory]
    [InlineData("stableHours: \"12.5\", leastSavingShare: '0.02'")]
    [InlineData("stableHours: 12.5, leastSavingShare: 0.02")]
    [InlineData("stableHours: 12, mode: !!str Auto, nodes: , prices: [{usdPerHour: 1}]")]
    public async Task Plan_PolicyWithOrWithoutQuotes_IsTaken(string spec)
    {
        var (exit, _, errors) = await CommandLine.Run("plan", "--snapshot", Write("c.json", Cluster), "--policy", Write("policy.yaml", $"{Policy.TrimEnd()} {{{spec}}}\n"));

        Assert.Equal((0, ""), (exit, errors));
    }

    [Fact]
    public async Task Plan_FileMissing_Refused()
    {
        var (exit, _, errors) = await CommandLine.Run("plan", "--snapshot", Path.Combine(folder.FullName, "nowhere.json"));

        Assert.Equal(1, exit);
        Assert.Contains("nowhere.json", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_NoAgentAnywhere_PlansAsIfAndSaysSo()
    {
        var (exit, output, _) = await CommandLine.Run("plan", "--snapshot", Write("c.json", Cluster));

        Assert.Equal(0, exit);
        Assert.Contains("No node has an agent", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ns/nobody", null, 1)]
    [InlineData("ns/p", "nowhere", 1)]
    [InlineData("ns/p", "n1", 0)]
    public async Task Explain_PodAndNode_MustExist(string pod, string? node, int exit)
    {
        string[] arguments = ["explain", "--snapshot", Write("c.json", Cluster), "--pod", pod, .. node is null ? Array.Empty<string>() : ["--node", node]];

        Assert.Equal(exit, (await CommandLine.Run(arguments)).Exit);
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
