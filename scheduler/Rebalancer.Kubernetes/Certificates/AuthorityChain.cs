using System.Globalization;
using System.Security.Cryptography;

namespace Rebalancer.Kubernetes.Certificates;

/// <summary>
/// An authority and the one before it. A new one is trusted at once and signs only after everybody has had the time to hear of it; the old one
/// is trusted until what it signed has run out.
/// </summary>
public sealed class AuthorityChain : IDisposable
{
    /// <summary>Keys of a Secret that holds one.</summary>
    public const string CurrentCertificate = "ca.crt", CurrentKey = "ca.key", FormerCertificate = "former-ca.crt", FormerKey = "former-ca.key";
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(3650);

    /// <summary>Readers look every minute; an hour bears an API server that is away.</summary>
    private static readonly TimeSpan HeardAfter = TimeSpan.FromHours(1);
    private readonly ClusterAuthority current;
    private readonly ClusterAuthority? former;

    private AuthorityChain(ClusterAuthority current, ClusterAuthority? former) => (this.current, this.former) = (current, former);

    /// <summary>What whoever checks a certificate is to trust, in PEM.</summary>
    public string TrustPem => former is null ? current.CertificatePem : $"{current.CertificatePem}\n{former.CertificatePem}";

    public static AuthorityChain Create(string name, TimeProvider clock) => new(New(name, clock), null);

    /// <exception cref="CryptographicException">A certificate or key is none, or they do not belong together.</exception>
    /// <exception cref="ArgumentException">Not PEM, or one of current certificate and key is missing.</exception>
    public static AuthorityChain Read(IReadOnlyDictionary<string, string> data) => new(
        ClusterAuthority.FromPem(data.GetValueOrDefault(CurrentCertificate, ""), data.GetValueOrDefault(CurrentKey, "")),
        data.TryGetValue(FormerCertificate, out var certificate) && data.TryGetValue(FormerKey, out var key) ? ClusterAuthority.FromPem(certificate, key) : null);

    public Dictionary<string, string> Write()
    {
        var data = new Dictionary<string, string> { [CurrentCertificate] = current.CertificatePem, [CurrentKey] = current.KeyPem };
        if (former is not null)
        {
            data[FormerCertificate] = former.CertificatePem;
            data[FormerKey] = former.KeyPem;
        }

        return data;
    }

    public bool IsDue(TimeProvider clock) => CertificateAge.IsDue(current.NotBefore, current.NotAfter, clock.GetUtcNow());

    /// <summary>The next authority, with this one as the former.</summary>
    public AuthorityChain Next(string name, TimeProvider clock) => new(New(name, clock), current);

    /// <summary>Who signs now.</summary>
    public ClusterAuthority Signer(TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        return former is { } old && now < current.NotBefore + HeardAfter && now < old.NotAfter ? old : current;
    }

    public void Dispose()
    {
        current.Dispose();
        former?.Dispose();
    }

    /// <summary>Two authorities of one name would make a chain a matter of luck.</summary>
    private static ClusterAuthority New(string name, TimeProvider clock) =>
        ClusterAuthority.Create(string.Create(CultureInfo.InvariantCulture, $"{name}-{clock.GetUtcNow():yyyyMMddHHmmss}"), Lifetime, clock);
}
