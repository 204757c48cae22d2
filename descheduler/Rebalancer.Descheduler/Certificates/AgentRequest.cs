using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s.Models;

namespace Rebalancer.Descheduler.Certificates;

/// <summary>What an agent asks for in a CertificateSigningRequest: read, with its signature checked.</summary>
/// <param name="Request">Name and public key.</param>
/// <param name="Node">Common name.</param>
/// <param name="DnsNames">Subject alternative names.</param>
/// <param name="Addresses">Subject alternative addresses.</param>
internal sealed record AgentRequest(CertificateRequest Request, string Node, IReadOnlyList<string> DnsNames, IReadOnlyList<IPAddress> Addresses)
{
    public IReadOnlyCollection<string> Hosts => [.. DnsNames, .. Addresses.Select(address => address.ToString())];

    /// <exception cref="FormatException">Not a request that we could sign; the message says why.</exception>
    public static AgentRequest Parse(V1CertificateSigningRequest request)
    {
        try
        {
            // Its extensions are read to be checked; what is signed has only ours.
            var parsed = CertificateRequest.LoadSigningRequestPem(Encoding.ASCII.GetString(request.Spec.Request), HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);
            var names = parsed.CertificateExtensions.Where(each => each.Oid?.Value == "2.5.29.17").Select(each => new X509SubjectAlternativeNameExtension(each.RawData)).ToList();
            return new AgentRequest(parsed, CommonName(parsed.SubjectName), [.. names.SelectMany(each => each.EnumerateDnsNames())], [.. names.SelectMany(each => each.EnumerateIPAddresses())]);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or SocketException or NotSupportedException)
        {
            throw new FormatException($"spec.request is no certificate request in PEM: {e.Message}", e);
        }
    }

    /// <exception cref="FormatException">The subject is not exactly one common name.</exception>
    private static string CommonName(X500DistinguishedName subject)
    {
        var parts = subject.EnumerateRelativeDistinguishedNames().ToList();
        return parts is [{ HasMultipleElements: false } only] && only.GetSingleElementType().Value == "2.5.4.3" && only.GetSingleElementValue() is { Length: > 0 } name
            ? name
            : throw new FormatException($"subject '{subject.Name}', expected CN=NODE alone");
    }
}
