using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Rebalancer.Agent.Transfer;

/// <summary>This node's certificate, and the rule for a peer's: issued by the cluster's CA for agents, nothing else. System roots do not count.</summary>
internal sealed class PeerCertificates : IDisposable
{
    private readonly AgentOptions options;
    private volatile Loaded loaded;

    private PeerCertificates(AgentOptions options) => (this.options, loaded) = (options, Read(options));

    /// <summary>What is presented now: a connection that is open keeps the one that it began with.</summary>
    public X509Certificate2 Own => loaded.Own;

    /// <exception cref="System.Security.Cryptography.CryptographicException">The files are no certificate and its key, or no certificates to trust.</exception>
    public static PeerCertificates Load(AgentOptions options) => new(options);

    /// <summary>Reads the files again. Handshakes may be using what was there before, so it is left to the collector.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">As <see cref="Load"/>; what was there stays.</exception>
    public void Reload() => loaded = Read(options);

    /// <summary>The peer's node name (CN) if its chain ends at the cluster's CA and it is valid now; null otherwise.</summary>
    public string? NodeOf(X509Certificate? certificate)
    {
        if (certificate is not X509Certificate2 peer) { return null; }
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(loaded.Roots);
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
        foreach (var root in loaded.Roots) { root.Dispose(); }
    }

    private static Loaded Read(AgentOptions options)
    {
        var roots = new X509Certificate2Collection();
        roots.ImportFromPemFile(options.TlsCa);
        return new Loaded(X509Certificate2.CreateFromPemFile(options.TlsCert, options.TlsKey), roots);
    }

    private sealed record Loaded(X509Certificate2 Own, X509Certificate2Collection Roots);
}
