using System.Runtime.Versioning;
using System.Security.Cryptography.X509Certificates;
using Rebalancer.Kubernetes.Certificates;

namespace Rebalancer.Kubernetes.Tests.Certificates;

public sealed class ClusterAuthorityTests
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(1);

    [Fact]
    public void Issue_ForHosts_ChainEndsAtTheAuthorityAndNamesMatch()
    {
        using var authority = ClusterAuthority.Create("test-ca", Lifetime, TimeProvider.System);
        using var certificate = authority.Issue("server", ["10.0.0.1", "webhook.example"], Lifetime, TimeProvider.System);

        Assert.True(Trusts(authority, certificate));
        Assert.True(certificate.MatchesHostname("10.0.0.1"));
        Assert.True(certificate.MatchesHostname("webhook.example"));
        Assert.False(certificate.MatchesHostname("10.0.0.2"));
        Assert.True(certificate.HasPrivateKey);
    }

    [Fact]
    public void Issue_ByAnotherAuthority_IsNotTrusted()
    {
        using var authority = ClusterAuthority.Create("test-ca", Lifetime, TimeProvider.System);
        using var other = ClusterAuthority.Create("test-ca", Lifetime, TimeProvider.System);
        using var certificate = other.Issue("server", ["10.0.0.1"], Lifetime, TimeProvider.System);

        Assert.False(Trusts(authority, certificate));
    }

    [Fact]
    public void Issue_UnderTheAuthoritysOwnName_Throws()
    {
        using var authority = ClusterAuthority.Create("same", Lifetime, TimeProvider.System);

        Assert.Throws<ArgumentException>(() => authority.Issue("same", ["10.0.0.1"], Lifetime, TimeProvider.System));
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public void LoadOrCreate_SecondTime_IsTheSameAuthority()
    {
        var folder = Directory.CreateTempSubdirectory("rebalancer-ca").FullName;
        try
        {
            using var first = ClusterAuthority.LoadOrCreate(folder, "test-ca", Lifetime, TimeProvider.System);
            using var second = ClusterAuthority.LoadOrCreate(folder, "test-ca", Lifetime, TimeProvider.System);
            using var certificate = second.Issue("server", ["10.0.0.1"], Lifetime, TimeProvider.System);

            Assert.True(Trusts(first, certificate));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, ClusterAuthority.KeyFile)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static bool Trusts(ClusterAuthority authority, X509Certificate2 certificate)
    {
        using var root = X509Certificate2.CreateFromPem(authority.CertificatePem);
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(root);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate);
    }
}
