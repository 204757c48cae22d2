using Rebalancer.Cli.Tests.World;

namespace Rebalancer.Cli.Tests.Cluster;

/// <summary>What goes wrong before a verb has begun; the same for all of them.</summary>
public sealed class ConnectionTests
{
    [Fact]
    public async Task AnyVerb_NobodyListens_Exit2AndNoStackTrace()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters: [{name: c, cluster: {server: 'http://127.0.0.1:9'}}]\ncontexts: [{name: c, context: {cluster: c, user: u}}]\nusers: [{name: u, user: {token: t}}]\n");

        var (exit, output, errors) = await CommandLine.Run("plans", "--kubeconfig", file);

        File.Delete(file);
        Assert.Equal((2, ""), (exit, output));
        Assert.StartsWith("the cluster cannot be reached: ", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--kubeconfig", "/nowhere/kubeconfig", "--kubeconfig: value is '/nowhere/kubeconfig'")]
    [InlineData("--context", "elsewhere", "context is 'elsewhere'")]
    public async Task AnyVerb_NoSuchFileOrContext_Exit1AndNamesIt(string option, string value, string part)
    {
        await using var world = await ClusterWorld.StartAsync();

        var (exit, _, errors) = await (option == "--kubeconfig" ? CommandLine.Run("plans", option, value) : world.Run("plans", option, value));

        Assert.Equal(1, exit);
        Assert.Contains(part, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kubeconfig_NoYaml_Exit1()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "{ : ]");

        var (exit, _, errors) = await CommandLine.Run("plans", "--kubeconfig", file);

        File.Delete(file);
        Assert.Equal(1, exit);
        Assert.Contains(file, errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plans")]
    [InlineData("approve", "p")]
    [InlineData("pause")]
    [InlineData("windows")]
    [InlineData("status")]
    public async Task OwnObjects_RebalancerNotInstalled_Exit1AndSaysSo(params string[] verb)
    {
        await using var world = await ClusterWorld.StartAsync(installed: false);

        var (exit, _, errors) = await world.Run(verb);

        Assert.Equal(1, exit);
        Assert.Contains(verb[0] == "approve" ? "RebalancePlan p does not exist" : "Rebalancer is not installed", errors, StringComparison.Ordinal);
    }
}
