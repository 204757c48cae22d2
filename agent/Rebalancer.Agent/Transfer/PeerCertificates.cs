using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Rebalancer.Agent.Certificates;

namespace Rebalancer.Agent.Transfer;

/// <summary>This node's certificate, and the rule for a peer's: issued by the cluster's CA for agents, nothing else. System roots do not count.</summary>
internal sealed class PeerCertificates : IDisposable
{
    private readonly AgentOptions options;
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Loaded? loaded;

    private PeerCertificates(AgentOptions options) => this.options = options;

    /// <summary>Done when there is a certificate: until then no peer can be talked to, and none gets an answer.</summary>
    public Task Ready => ready.Task;

    /// <summary>What is presented now: a connection that is open keeps the one that it began with. Null: there is none yet.</summary>
    public X509Certificate2? Own => loaded?.Own;

    /// <exception cref="CryptographicException">The files are no certificate and its key, or no certificates to trust.</exception>
    public static PeerCertificates Load(AgentOptions options)
    {
        var certificates = new PeerCertificates(options);
        certificates.Reload();
        return certificates;
    }

    /// <summary>What an earlier start has left, where that is this node's and still valid; else there is nothing before <see cref="Reload"/>.</summary>
    public static PeerCertificates Await(AgentOptions options, TimeProvider clock)
    {
        var certificates = new PeerCertificates(options);
        try
        {
            var found = Read(options);
            if (AgentSubject.IsOf(found.Own, options.Node, options.Listen.Address) && clock.GetUtcNow() < found.Own.NotAfter) { certificates.Take(found); }
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            // Not there yet, or half written when an earlier start ended.
        }

        return certificates;
    }

    /// <summary>Reads the files again. Handshakes may be using what was there before, so it is left to the collector.</summary>
    /// <exception cref="CryptographicException">As <see cref="Load"/>; what was there stays.</exception>
    public void Reload() => Take(Read(options));

    /// <summary>The peer's node name (CN) if its chain ends at the cluster's CA and it is valid now; null otherwise.</summary>
    public string? NodeOf(X509Certificate? certificate)
    {
        if (certificate is not X509Certificate2 peer || loaded is not { } now) { return null; }
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(now.Roots);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        if (!chain.Build(peer)) { return null; }
        var name = peer.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        return name.Length > 0 ? name : null;
    }

    /// <summary>For a client: the server must be exactly this node. Its address is no name, so only chain and CN count. Without a certificate of our own no server takes the call.</summary>
    public SslClientAuthenticationOptions ForClientOf(string node) => new()
    {
        TargetHost = node,
        ClientCertificates = Own is { } own ? [own] : [],
        RemoteCertificateValidationCallback = (_, certificate, _, _) => NodeOf(certificate) == node,
    };

    /// <summary>For a server: any node of this cluster.</summary>
    /// <exception cref="AuthenticationException">There is no certificate yet.</exception>
    public SslServerAuthenticationOptions ForServer() => new()
    {
        ServerCertificate = Own ?? throw new AuthenticationException("this node has no certificate yet"),
        ClientCertificateRequired = true,
        RemoteCertificateValidationCallback = (_, certificate, _, _) => NodeOf(certificate) is not null,
    };

    public void Dispose()
    {
        if (loaded is not { } last) { return; }
        last.Own.Dispose();
        foreach (var root in last.Roots) { root.Dispose(); }
    }

    private void Take(Loaded found)
    {
        loaded = found;
        ready.TrySetResult();
    }

    private static Loaded Read(AgentOptions options)
    {
        var roots = new X509Certificate2Collection();
        roots.ImportFromPemFile(options.TlsCa);
        return new Loaded(X509Certificate2.CreateFromPemFile(options.TlsCert, options.TlsKey), roots);
    }

    private sealed record Loaded(X509Certificate2 Own, X509Certificate2Collection Roots);
}
