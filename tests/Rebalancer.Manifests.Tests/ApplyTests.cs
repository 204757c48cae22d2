using Rebalancer.Testing;

namespace Rebalancer.Manifests.Tests;

public sealed class ApplyTests
{
    [Theory]
    [InlineData("manifests")]
    [InlineData("manifests/overlays/dev")]
    [InlineData("manifests/overlays/lab")]
    public async Task Apply_Twice_ThenDelete_LeavesNothing(string folder)
    {
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await using var api = await ApiServer.StartAsync(new ApiServerOptions(), cancellation.Token);
        var home = Directory.CreateTempSubdirectory("manifests-");
        try
        {
            var kubeconfig = Path.Combine(home.FullName, "config");
            api.WriteKubeconfig(kubeconfig);

            var created = (await Kubectl.RunAsync(kubeconfig, "apply", "-k", folder)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.All(created, line => Assert.EndsWith(" created", line, StringComparison.Ordinal));
            var again = (await Kubectl.RunAsync(kubeconfig, "apply", "-k", folder)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(created.Length, again.Length);
            Assert.DoesNotContain(again, line => line.EndsWith(" created", StringComparison.Ordinal));

            await Kubectl.RunAsync(kubeconfig, "delete", "-k", folder, "--wait=false", "--ignore-not-found");
            Assert.DoesNotContain("rebalancer", await Kubectl.RunAsync(kubeconfig, "get", "clusterroles,clusterrolebindings,validatingadmissionpolicies,mutatingwebhookconfigurations", "-o", "name"), StringComparison.Ordinal);
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    /// <summary>As a user would: with the definitions in place, every example is taken, field by field.</summary>
    [Fact]
    public async Task Examples_AreTaken()
    {
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await using var api = await ApiServer.StartAsync(new ApiServerOptions { CrdFolders = [Path.Combine(Kubectl.Repository, "manifests", "crds")] }, cancellation.Token);
        var home = Directory.CreateTempSubdirectory("examples-");
        try
        {
            var kubeconfig = Path.Combine(home.FullName, "config");
            api.WriteKubeconfig(kubeconfig);
            var examples = Directory.GetFiles(Path.Combine(Kubectl.Repository, "manifests", "examples"), "*.yaml");

            Assert.NotEmpty(examples);
            foreach (var example in examples)
            {
                Assert.EndsWith(" created", (await Kubectl.RunAsync(kubeconfig, "create", "--validate=strict", "-f", example)).TrimEnd(), StringComparison.Ordinal);
            }

            Assert.Contains("Observe", await Kubectl.RunAsync(kubeconfig, "get", "rbpol"), StringComparison.Ordinal);
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }
}
