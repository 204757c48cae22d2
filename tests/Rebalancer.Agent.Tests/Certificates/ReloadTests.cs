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
        var first = certificates.Own!.Thumbprint;

        authority.Issue("n1", PeerServer.Loopback);
        Assert.Equal(first, certificates.Own!.Thumbprint);
        certificates.Reload();

        Assert.NotEqual(first, certificates.Own!.Thumbprint);
        Assert.Equal("n1", certificates.NodeOf(certificates.Own));
    }

    [Fact]
    public void Reload_HalfWrittenFiles_LeaveWhatThereWas()
    {
        using var authority = new TestAuthority();
        var options = authority.Issue("n1", PeerServer.Loopback);
        using var certificates = PeerCertificates.Load(options);
        var first = certificates.Own!.Thumbprint;

        File.WriteAllText(options.TlsCert, "-----BEGIN CERTIFICATE-----\n");
        Assert.ThrowsAny<System.Security.Cryptography.CryptographicException>(certificates.Reload);

        Assert.Equal(first, certificates.Own!.Thumbprint);
    }

    [Fact]
    public void Await_WhatAnEarlierStartLeft_IsServedAtOnce()
    {
        using var authority = new TestAuthority();
        using var certificates = PeerCertificates.Await(authority.Issue("n1", PeerServer.Loopback), TimeProvider.System);

        Assert.True(certificates.Ready.IsCompletedSuccessfully);
        Assert.Equal("n1", certificates.NodeOf(certificates.Own));
    }

    [Theory]
    [InlineData("of another node")]
    [InlineData("not there")]
    [InlineData("expired")]
    public void Await_NothingOfUse_TrustsNobodyUntilItIsWritten(string found)
    {
        using var authority = new TestAuthority();
        var options = authority.Issue("n1", PeerServer.Loopback, untilHours: found == "expired" ? -0.5 : 1);
        if (found == "not there") { File.Delete(options.TlsKey); }
        using var certificates = PeerCertificates.Await(found == "of another node" ? options with { Node = "n2" } : options, TimeProvider.System);

        Assert.False(certificates.Ready.IsCompleted);
        Assert.Null(certificates.Own);
        Assert.Throws<System.Security.Authentication.AuthenticationException>(certificates.ForServer);
        authority.Issue("n1", PeerServer.Loopback);
        certificates.Reload();
        Assert.True(certificates.Ready.IsCompletedSuccessfully);
    }
}
