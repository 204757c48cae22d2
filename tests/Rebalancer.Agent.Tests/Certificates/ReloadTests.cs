using Rebalancer.Agent.Tests.Transfer;
using Rebalancer.Agent.Transfer;

namespace Rebalancer.Agent.Tests.Certificates;

public sealed class ReloadTests
{
    [Fact]
    public void Reload_NewFiles_AreServedFromThenOn()
    {
        using var authority = new TestAuthority();
        using var certificates = PeerCertificates.Load(authority.Issue("n1", PeerServer.Loopback));
        var first = certificates.Own.Thumbprint;

        authority.Issue("n1", PeerServer.Loopback);
        Assert.Equal(first, certificates.Own.Thumbprint);
        certificates.Reload();

        Assert.NotEqual(first, certificates.Own.Thumbprint);
        Assert.Equal("n1", certificates.NodeOf(certificates.Own));
    }

    [Fact]
    public void Reload_HalfWrittenFiles_LeaveWhatThereWas()
    {
        using var authority = new TestAuthority();
        var options = authority.Issue("n1", PeerServer.Loopback);
        using var certificates = PeerCertificates.Load(options);
        var first = certificates.Own.Thumbprint;

        File.WriteAllText(options.TlsCert, "-----BEGIN CERTIFICATE-----\n");
        Assert.ThrowsAny<System.Security.Cryptography.CryptographicException>(certificates.Reload);

        Assert.Equal(first, certificates.Own.Thumbprint);
    }
}
