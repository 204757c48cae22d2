using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Rebalancer.Agent.Transfer;

/// <summary>This node's certificate, and the rule for a peer's: issued by the cluster's CA for agents, nothing else. System roots do not count.</summary>
internal sealed class PeerCertificates : IDisposable
{
    private readonly X509Certificate2Collection roots = [];

    private PeerCertificates(X509Certificate2 own) => Own = own;

    public X509Certificate2 Own { get; }

    public static PeerCertificates Load(AgentOptions options)
    {
        var certificates = new PeerCertificates(X509Certificate2.CreateFromPemFile(options.TlsCert, options.TlsKey));
        certificates.roots.ImportFromPemFile(options.TlsCa);
        return certificates;
    }

    /// <summary>The peer's node name (CN) if its chain ends at the cluster's CA and it is valid now; null otherwise.</summary>
    public string? NodeOf(X509Certificate? certificate)
    {
        if (certificate is not X509Certificate2 peer) { return null; }
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(roots);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        if (!chain.Build(peer)) { return null; }
        var name = peer.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        return name.Length > 0 ? name : null;
    }

    /// <summary>For a client: the server must be exactly this node. Its address is no name, so only chain and CN count.</summary>
    public SslClientAuthenticationOptions ForClientOf(string node) => new()
    {
        TargetHost = node,
        ClientCertificates = [Own],
        RemoteCertificateValidationCallback = (_, certificate, _, _) => NodeOf(certificate) == node,
    };

    /// <summary>For a server: any node of this cluster.</summary>
    public SslServerAuthenticationOptions ForServer() => new()
    {
        ServerCertificate = Own,
        ClientCertificateRequired = true,
        RemoteCertificateValidationCallback = (_, certificate, _, _) => NodeOf(certificate) is not null,
    };

    public void Dispose()
    {
        Own.Dispose();
        foreach (var root in roots) { root.Dispose(); }
    }
}
