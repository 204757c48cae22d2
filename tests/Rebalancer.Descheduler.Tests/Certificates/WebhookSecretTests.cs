using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;
using Rebalancer.Descheduler.Certificates;
using Rebalancer.Kubernetes.Certificates;

namespace Rebalancer.Descheduler.Tests.Certificates;

public sealed class WebhookSecretTests
{
    private static readonly string[] Hosts = ["rebalancer-webhook.rebalancer-system.svc", "10.0.0.1"];
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public void Renew_NothingThere_MakesOneThatItsAuthorityVouchesFor()
    {
        var data = WebhookSecret.Renew([], Hosts, clock);

        Assert.True(Vouches(data, data[WebhookSecret.Certificate]));
        using var certificate = X509Certificate2.CreateFromPem(data[WebhookSecret.Certificate], data[WebhookSecret.Key]);
        Assert.True(certificate.MatchesHostname(Hosts[0]));
        Assert.Same(data, WebhookSecret.Renew(data, Hosts, clock));
    }

    [Fact]
    public void Renew_TwoThirdsOfItsLife_IsMadeAnewUnderTheSameAuthority()
    {
        var data = WebhookSecret.Renew([], Hosts, clock);
        clock.Advance(TimeSpan.FromDays(59));
        Assert.Same(data, WebhookSecret.Renew(data, Hosts, clock));

        clock.Advance(TimeSpan.FromDays(2));
        var renewed = WebhookSecret.Renew(data, Hosts, clock);

        Assert.NotEqual(data[WebhookSecret.Certificate], renewed[WebhookSecret.Certificate]);
        Assert.Equal(data[AuthorityChain.CurrentCertificate], renewed[AuthorityChain.CurrentCertificate]);
        Assert.Equal(data[WebhookSecret.CallerKey], renewed[WebhookSecret.CallerKey]);
    }

    [Fact]
    public void Renew_WithoutAKeyOfTheCaller_GetsOne()
    {
        var data = WebhookSecret.Renew([], Hosts, clock);
        var key = data[WebhookSecret.CallerKey];
        data.Remove(WebhookSecret.CallerKey);

        var renewed = WebhookSecret.Renew(data, Hosts, clock);

        Assert.Matches("^[0-9a-f]{32}$", renewed[WebhookSecret.CallerKey]);
        Assert.NotEqual(key, renewed[WebhookSecret.CallerKey]);
    }

    [Fact]
    public void Renew_AnotherHost_IsMadeAnew()
    {
        var data = WebhookSecret.Renew([], Hosts, clock);

        Assert.NotSame(data, WebhookSecret.Renew(data, [.. Hosts, "webhook.example"], clock));
    }

    [Fact]
    public void Renew_AuthorityIsDue_BothAreTrustedAndTheFormerSignsUntilTheNextIsHeardOf()
    {
        var data = WebhookSecret.Renew([], Hosts, clock);
        clock.Advance(TimeSpan.FromDays(3650 * 2 / 3 + 1));

        var next = WebhookSecret.Renew(data, Hosts, clock);
        Assert.Equal(data[AuthorityChain.CurrentCertificate].Trim(), next[AuthorityChain.FormerCertificate].Trim());
        Assert.True(Vouches(next, data[WebhookSecret.Certificate]) || Vouches(next, next[WebhookSecret.Certificate]));
        Assert.True(Vouches(data, next[WebhookSecret.Certificate]), "whoever trusts only the former authority refuses a certificate that is served at once");

        clock.Advance(TimeSpan.FromDays(61));
        var later = WebhookSecret.Renew(next, Hosts, clock);
        Assert.False(Vouches(data, later[WebhookSecret.Certificate]));
        Assert.True(Vouches(next, later[WebhookSecret.Certificate]));
    }

    private bool Vouches(Dictionary<string, string> secret, string certificatePem)
    {
        using var authority = AuthorityChain.Read(secret);
        using var certificate = X509Certificate2.CreateFromPem(certificatePem);
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.ImportFromPem(authority.TrustPem);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = clock.GetUtcNow().UtcDateTime;
        return chain.Build(certificate);
    }
}
