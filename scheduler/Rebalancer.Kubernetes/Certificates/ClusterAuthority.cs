using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Rebalancer.Kubernetes.Certificates;

/// <summary>
/// A certificate authority of our own, made at start or read from files. Whoever is given <see cref="CertificatePem"/> trusts what it issues.
/// </summary>
public sealed class ClusterAuthority : IDisposable
{
    public const string CertificateFile = "ca.crt";
    public const string KeyFile = "ca.key";

    /// <summary>Clocks of machines differ; a certificate made now must be valid on one that is behind.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    private readonly X509Certificate2 certificate;

    private ClusterAuthority(X509Certificate2 certificate) => this.certificate = certificate;

    public string CertificatePem => certificate.ExportCertificatePem();

    /// <summary>For a Secret: whoever has it can issue.</summary>
    public string KeyPem
    {
        get
        {
            using var key = certificate.GetECDsaPrivateKey()!;
            return key.ExportPkcs8PrivateKeyPem();
        }
    }

    public DateTimeOffset NotBefore => certificate.NotBefore;

    public DateTimeOffset NotAfter => certificate.NotAfter;

    /// <exception cref="CryptographicException">No certificate, or not its key.</exception>
    /// <exception cref="ArgumentException">Not PEM.</exception>
    public static ClusterAuthority FromPem(string certificatePem, string keyPem) => new(X509Certificate2.CreateFromPem(certificatePem, keyPem));

    /// <param name="lifetime">At least longer than the longest certificate that it is to issue.</param>
    public static ClusterAuthority Create(string name, TimeSpan lifetime, TimeProvider clock)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var now = clock.GetUtcNow();
        return new ClusterAuthority(request.CreateSelfSigned(now - ClockSkew, now + lifetime));
    }

    /// <summary>Reads ca.crt and ca.key of a folder; makes and stores them (mode 0600) where they are missing.</summary>
    /// <exception cref="CryptographicException">The files are no certificate and its key.</exception>
    public static ClusterAuthority LoadOrCreate(string folder, string name, TimeSpan lifetime, TimeProvider clock)
    {
        var (certificatePath, keyPath) = (Path.Combine(folder, CertificateFile), Path.Combine(folder, KeyFile));
        if (File.Exists(certificatePath) && File.Exists(keyPath))
        {
            return new ClusterAuthority(X509Certificate2.CreateFromPemFile(certificatePath, keyPath));
        }

        var made = Create(name, lifetime, clock);
        Directory.CreateDirectory(folder);
        using var key = made.certificate.GetECDsaPrivateKey()!;
        WritePrivate(keyPath, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(certificatePath, made.CertificatePem);
        return made;
    }

    /// <summary>A certificate for both ends of TLS with these names or addresses as subject alternative names.</summary>
    /// <exception cref="ArgumentException">The name is the authority's own: a certificate whose subject is its issuer counts as self-signed, and nobody trusts it.</exception>
    public X509Certificate2 Issue(string name, IReadOnlyCollection<string> hosts, TimeSpan lifetime, TimeProvider clock)
    {
        if (certificate.Subject == "CN=" + name)
        {
            throw new ArgumentException($"'{name}' is the name of the authority itself; a certificate that it issues needs another one", nameof(name));
        }

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signed = Sign(new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256), hosts, lifetime, clock);
        using var withKey = signed.CopyWithPrivateKey(key);

        // TLS on some platforms refuses keys that live only in memory; the round trip through PKCS#12 makes it usable everywhere.
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>A certificate of the same kind for somebody who keeps the key: name and public key are the request's, all else is ours.</summary>
    /// <param name="request">Checked by the caller; its extensions do not count.</param>
    /// <param name="hosts">Subject alternative names.</param>
    /// <param name="lifetime">Cut where the authority ends before.</param>
    /// <param name="clock">Tells now.</param>
    public X509Certificate2 IssueTo(CertificateRequest request, IReadOnlyCollection<string> hosts, TimeSpan lifetime, TimeProvider clock) =>
        Sign(new CertificateRequest(request.SubjectName, request.PublicKey, HashAlgorithmName.SHA256), hosts, lifetime, clock);

    public void Dispose() => certificate.Dispose();

    private X509Certificate2 Sign(CertificateRequest request, IReadOnlyCollection<string> hosts, TimeSpan lifetime, TimeProvider clock)
    {
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        request.CertificateExtensions.Add(AlternativeNames(hosts));
        var now = clock.GetUtcNow();
        using var key = certificate.GetECDsaPrivateKey()!;
        return request.Create(certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(key), now - ClockSkew, Earlier(now + lifetime, certificate.NotAfter), RandomNumberGenerator.GetBytes(16));
    }

    private static X509Extension AlternativeNames(IEnumerable<string> hosts)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts.Distinct(StringComparer.Ordinal))
        {
            if (IPAddress.TryParse(host, out var address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(host);
            }
        }

        return names.Build();
    }

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTime b) => a < b ? a : b;

    private static void WritePrivate(string path, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var writer = new StreamWriter(path, options);
        writer.Write(text);
    }
}
