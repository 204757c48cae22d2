using System.Security.Cryptography.X509Certificates;
using Rebalancer.Kubernetes.Certificates;
using Xunit;

namespace Rebalancer.Kubernetes.Tests.Certificates;

public sealed class ClusterAuthorityTests
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    [Fact]
    public void Issue_OtherName_IsTrustedByTheAuthoritysCertificate()
    {
        using var authority = ClusterAuthority.Create("claims-ca", Lifetime, TimeProvider.System);
        using var issued = authority.Issue("claims", ["10.88.0.1"], Lifetime, TimeProvider.System);
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(X509Certificate2.CreateFromPem(authority.CertificatePem));
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        Assert.True(chain.Build(issued), string.Join("; ", chain.ChainStatus.Select(status => status.StatusInformation)));
        Assert.True(issued.MatchesHostname("10.88.0.1"));
    }

    [Fact]
    public void Issue_NameOfTheAuthority_IsRefused()
    {
        using var authority = ClusterAuthority.Create("claims", Lifetime, TimeProvider.System);
        var refused = Assert.Throws<ArgumentException>(() => authority.Issue("claims", ["10.88.0.1"], Lifetime, TimeProvider.System));
        Assert.Contains("'claims' is the name of the authority itself", refused.Message, StringComparison.Ordinal);
    }
}
