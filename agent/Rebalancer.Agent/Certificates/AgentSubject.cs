using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Rebalancer.Agent.Certificates;

/// <summary>What an agent's certificate says: CN and DNS name are the node, and the address is where the agent listens.</summary>
internal static class AgentSubject
{
    /// <returns>A certificate request (PKCS#10) in PEM.</returns>
    public static string Request(ECDsa key, string node, IPAddress address)
    {
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName(node);
        var request = new CertificateRequest(name.Build(), key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(node);
        names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSigningRequestPem();
    }

    /// <summary>Whether a certificate is of this node, where it listens now.</summary>
    public static bool IsOf(X509Certificate2 certificate, string node, IPAddress address)
        => certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false) == node
            && certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault()?.EnumerateIPAddresses().Contains(address) == true;
}
