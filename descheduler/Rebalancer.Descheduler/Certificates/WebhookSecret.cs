using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Rebalancer.Kubernetes.Certificates;

namespace Rebalancer.Descheduler.Certificates;

/// <summary>
/// The Secret of the webhooks: an authority of its own, the certificate that every replica serves, and the key that the API server's calls have in their
/// path. API servers show webhooks no certificate unless they are configured to, and whoever reaches the Service could else send reviews of his own.
/// </summary>
internal static class WebhookSecret
{
    public const string Name = "rebalancer-webhook";
    public const string Certificate = "tls.crt", Key = "tls.key", CallerKey = "caller.key";
    private const int CallerKeyDigits = 32;
    private const string AuthorityName = "rebalancer-webhook-ca", CommonName = "rebalancer-webhook";
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(90);

    /// <summary>What the Secret should hold.</summary>
    /// <param name="data">What it holds; empty: it is made.</param>
    /// <param name="hosts">Names and addresses by which the API server calls.</param>
    /// <param name="clock">Tells now.</param>
    /// <returns>The same instance where nothing is due.</returns>
    public static Dictionary<string, string> Renew(Dictionary<string, string> data, IReadOnlyCollection<string> hosts, TimeProvider clock)
    {
        using var known = data.Count == 0 ? null : AuthorityChain.Read(data);
        using var next = known is null ? AuthorityChain.Create(AuthorityName, clock) : known.IsDue(clock) ? known.Next(AuthorityName, clock) : null;
        if (next is null && data.ContainsKey(CallerKey) && Serves(data, hosts, clock)) { return data; }
        var chain = next ?? known!;
        using var certificate = chain.Signer(clock).Issue(CommonName, hosts, Lifetime, clock);
        using var key = certificate.GetECDsaPrivateKey()!;
        var wanted = chain.Write();
        wanted[Certificate] = certificate.ExportCertificatePem();
        wanted[Key] = key.ExportPkcs8PrivateKeyPem();
        wanted[CallerKey] = data.GetValueOrDefault(CallerKey) ?? RandomNumberGenerator.GetHexString(CallerKeyDigits, lowercase: true);
        return wanted;
    }

    private static bool Serves(Dictionary<string, string> data, IReadOnlyCollection<string> hosts, TimeProvider clock)
    {
        if (!data.TryGetValue(Certificate, out var pem) || !data.ContainsKey(Key)) { return false; }
        using var certificate = X509Certificate2.CreateFromPem(pem);
        return !CertificateAge.IsDue(certificate.NotBefore, certificate.NotAfter, clock.GetUtcNow()) && hosts.All(host => Covers(certificate, host));
    }

    private static bool Covers(X509Certificate2 certificate, string host) =>
        certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Any(names =>
            IPAddress.TryParse(host, out var address) ? names.EnumerateIPAddresses().Contains(address) : names.EnumerateDnsNames().Contains(host, StringComparer.OrdinalIgnoreCase));
}
