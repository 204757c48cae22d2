using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Rebalancer.Lab.Certificates;

/// <summary>A throw-away certificate authority for the agents of one lab cluster.</summary>
public sealed class ClusterCertificates : IDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(2);

    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 authority;
    private readonly DateTimeOffset from;

    public ClusterCertificates(TimeProvider time)
    {
        from = time.GetUtcNow() - TimeSpan.FromHours(1);
        var request = new CertificateRequest("CN=rebalancer-lab", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        authority = request.CreateSelfSigned(from, from + Lifetime);
    }

    public string CaPem => authority.ExportCertificatePem();

    /// <summary>A certificate that is good for both ends of a connection, CN = name.</summary>
    public (string CertificatePem, string KeyPem) Issue(string name, params IReadOnlyList<IPAddress> addresses)
    {
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", own, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        foreach (var address in addresses)
        {
            names.AddIpAddress(address);
        }

        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authority, from, from + Lifetime, RandomNumberGenerator.GetBytes(16));
        return (certificate.ExportCertificatePem(), own.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>Writes ca.crt, tls.crt and tls.key, the key readable by root only.</summary>
    public void Write(string folder, string name, params IReadOnlyList<IPAddress> addresses)
    {
        Directory.CreateDirectory(folder);
        var (certificatePem, keyPem) = Issue(name, addresses);
        File.WriteAllText($"{folder}/ca.crt", CaPem);
        File.WriteAllText($"{folder}/tls.crt", certificatePem);
        File.WriteAllText($"{folder}/tls.key", keyPem);
        File.SetUnixFileMode($"{folder}/tls.key", UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public void Dispose()
    {
        authority.Dispose();
        key.Dispose();
    }
}
