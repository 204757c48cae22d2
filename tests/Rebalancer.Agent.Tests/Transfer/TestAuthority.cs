using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Rebalancer.Agent.Tests.Transfer;

/// <summary>A CA that issues agents' certificates into a folder of its own.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("pki-").FullName;
    private readonly X509Certificate2 root;

    public TestAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=agents", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        root = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddHours(-1), TimeProvider.System.GetUtcNow().AddHours(2));
        File.WriteAllText(CaPath, root.ExportCertificatePem());
    }

    public string CaPath => Path.Combine(folder, "ca.pem");

    /// <returns>Options of an agent of this node with a certificate of this CA, valid for the given hours from now.</returns>
    public AgentOptions Issue(string node, System.Net.IPEndPoint listen, double fromHours = -1, double untilHours = 1, string? trustedCa = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={node}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(node);
        names.AddIpAddress(listen.Address);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.Create(root, now.AddHours(Math.Max(fromHours, -1)), now.AddHours(untilHours), RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(Path.Combine(folder, node + ".pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, node + ".key"), key.ExportPkcs8PrivateKeyPem());
        return new AgentOptions { Node = node, Listen = listen, TlsCa = trustedCa ?? CaPath, TlsCert = Path.Combine(folder, node + ".pem"), TlsKey = Path.Combine(folder, node + ".key"), Criu = "/nonexistent" };
    }

    /// <returns>Path of a program that tells the version which agents ask for.</returns>
    public string Criu()
    {
        var path = Path.Combine(folder, "criu");
        File.WriteAllText(path, "#!/bin/sh\necho Version: 4.2\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return path;
    }

    public void Dispose()
    {
        root.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
