using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s.Models;
using Rebalancer.Descheduler.Tests.World;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Descheduler.Tests.Certificates;

/// <summary>The signer of a running descheduler. It runs outside of a cluster here, so that its own objects are in the namespace default.</summary>
public sealed class AgentSignerTests
{
    private const string Account = "system:serviceaccount:default:rebalancer-agent";

    [Fact]
    public async Task Requests_OfANodeAndOfAThief_OneIsSignedAndOneDenied()
    {
        await using var world = await ControllerWorld.StartAsync();
        var node = AgentRequests.Node("n1", "10.0.0.1");
        await world.Client.CreateAsync(ApiResource.Nodes, null, node, default);
        await world.Client.MergeAsync<V1Node>(ApiResource.Nodes, null, "n1", new Dictionary<string, object> { ["status"] = node.Status }, default, "status");
        await CreateAsync(world, "good", AgentRequests.Of("CN=n1", "10.0.0.1", Account, dnsName: "n1"));
        await CreateAsync(world, "thief", AgentRequests.Of("CN=n1", "10.0.0.1", Account, tokenNode: "n2"));

        V1CertificateSigningRequest? good = null, thief = null;
        await ControllerWorld.Eventually("both answered", async () =>
        {
            (good, thief) = (await ReadAsync(world, "good"), await ReadAsync(world, "thief"));
            return good.Status?.Certificate is not null && thief.Status?.Conditions is not null;
        });

        using var certificate = X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(good!.Status.Certificate));
        Assert.Equal("CN=n1", certificate.Subject);
        var published = await world.Client.GetAsync<V1ConfigMap>(ApiResource.ConfigMaps, ControllerWorld.Ns, Names.AgentAuthority, default);
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.ImportFromPem(published!.Data[Names.TrustKey]);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        Assert.True(chain.Build(certificate));
        Assert.False(certificate.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);

        Assert.Equal("Denied", Assert.Single(thief!.Status.Conditions).Type);
        Assert.Null(thief.Status.Certificate);
    }

    private static async Task CreateAsync(ControllerWorld world, string name, V1CertificateSigningRequest request)
    {
        request.ApiVersion = ApiResource.CertificateRequests.ApiVersion;
        request.Kind = ApiResource.CertificateRequests.Kind;
        request.Metadata.Name = name;
        await world.Client.CreateAsync(ApiResource.CertificateRequests, null, request, default);
    }

    private static async Task<V1CertificateSigningRequest> ReadAsync(ControllerWorld world, string name) =>
        (await world.Client.GetAsync<V1CertificateSigningRequest>(ApiResource.CertificateRequests, null, name, default))!;
}
