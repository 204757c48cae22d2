using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s.Models;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Tests.Certificates;

/// <summary>Requests as agents make them, and the node that they are of.</summary>
internal static class AgentRequests
{
    public const string Account = "system:serviceaccount:rebalancer-system:rebalancer-agent";

    public static V1Node Node(string name, string address) =>
        new() { Metadata = new V1ObjectMeta { Name = name }, Status = new V1NodeStatus { Addresses = [new V1NodeAddress { Address = address, Type = "InternalIP" }] } };

    public static V1CertificateSigningRequest Of(string subject, string address, string account = Account, string? tokenNode = "n1", string? dnsName = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(address));
        if (dnsName is not null) { names.AddDnsName(dnsName); }
        request.CertificateExtensions.Add(names.Build());
        return new V1CertificateSigningRequest
        {
            Metadata = new V1ObjectMeta { Name = "request" },
            Spec = new V1CertificateSigningRequestSpec
            {
                SignerName = Names.AgentSigner,
                Request = Encoding.ASCII.GetBytes(request.CreateSigningRequestPem()),
                Usages = ["digital signature", "server auth", "client auth"],
                Username = account,
                Extra = tokenNode is null ? null : new Dictionary<string, IList<string>> { [Names.NodeOfToken] = [tokenNode] },
            },
        };
    }
}
