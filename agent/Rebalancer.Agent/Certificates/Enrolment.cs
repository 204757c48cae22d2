using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Rebalancer.Agent.Local;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Certificates;

namespace Rebalancer.Agent.Certificates;

/// <summary>
/// Gets this node's certificate from the cluster: makes a key that never leaves the node, asks by a CertificateSigningRequest, and writes the files that the
/// agent reads. The token of the pod proves the node, so the request needs nothing else.
/// </summary>
internal sealed class Enrolment(IKubernetes kubernetes, AgentOptions options, TimeProvider clock)
{
    private const int LifetimeSeconds = 7 * 24 * 3600;
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1), AnswerLimit = TimeSpan.FromMinutes(1);

    public static bool IsTransient(Exception e, CancellationToken cancellation) => !cancellation.IsCancellationRequested
        && e is HttpOperationException or HttpRequestException or TimeoutException or OperationCanceledException or IOException or CryptographicException;

    /// <summary>Writes what changed: the certificates to trust, and our own where it is missing, due, or of another node or address.</summary>
    /// <returns>Whether anything was written.</returns>
    public async Task<bool> RefreshAsync(CancellationToken cancellation)
    {
        PrivateFolder.Create(Path.GetDirectoryName(options.TlsKey)!);
        var trust = await TrustAsync(cancellation);
        var isTrustNew = !File.Exists(options.TlsCa) || await File.ReadAllTextAsync(options.TlsCa, cancellation) != trust;
        if (isTrustNew) { Replace(options.TlsCa, trust); }
        if (IsGood(trust)) { return isTrustNew; }
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var certificate = await RequestAsync(key, cancellation);
        // The key first: between the two writes the files do not match, and a reader keeps what it has.
        Replace(options.TlsKey, key.ExportPkcs8PrivateKeyPem());
        Replace(options.TlsCert, certificate);
        return true;
    }

    private async Task<string> TrustAsync(CancellationToken cancellation)
    {
        var published = await kubernetes.CoreV1.ReadNamespacedConfigMapAsync(Names.AgentAuthority, options.Namespace, cancellationToken: cancellation);
        return published.Data is { } data && data.TryGetValue(Names.TrustKey, out var pem) ? pem : throw new IOException($"ConfigMap {options.Namespace}/{Names.AgentAuthority} has no {Names.TrustKey}");
    }

    private bool IsGood(string trust)
    {
        try
        {
            using var own = X509Certificate2.CreateFromPemFile(options.TlsCert, options.TlsKey);
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.ImportFromPem(trust);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            return !CertificateAge.IsDue(own.NotBefore, own.NotAfter, clock.GetUtcNow()) && AgentSubject.IsOf(own, options.Node, options.Listen.Address) && chain.Build(own);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            // Missing, half written, or somebody else's: asked for anew.
            return false;
        }
    }

    /// <exception cref="TimeoutException">Nobody has signed it in time.</exception>
    private async Task<string> RequestAsync(ECDsa key, CancellationToken cancellation)
    {
        var body = new V1CertificateSigningRequest
        {
            Metadata = new V1ObjectMeta { GenerateName = "rebalancer-agent-" },
            Spec = new V1CertificateSigningRequestSpec
            {
                SignerName = Names.AgentSigner,
                Request = Encoding.ASCII.GetBytes(AgentSubject.Request(key, options.Node, options.Listen.Address)),
                Usages = ["digital signature", "server auth", "client auth"],
                ExpirationSeconds = LifetimeSeconds,
            },
        };
        var asked = await kubernetes.CertificatesV1.CreateCertificateSigningRequestAsync(body, cancellationToken: cancellation);
        var since = clock.GetTimestamp();
        while (clock.GetElapsedTime(since) < AnswerLimit)
        {
            var answer = await kubernetes.CertificatesV1.ReadCertificateSigningRequestAsync(asked.Metadata.Name, cancellationToken: cancellation);
            if (answer.Status?.Certificate is { Length: > 0 } certificate) { return Encoding.ASCII.GetString(certificate); }
            if (answer.Status?.Conditions?.FirstOrDefault(condition => condition.Type is "Denied" or "Failed") is { } no)
            {
                throw new IOException($"CertificateSigningRequest {asked.Metadata.Name}: {no.Type}: {no.Message}");
            }

            await Task.Delay(Poll, clock, cancellation);
        }

        throw new TimeoutException($"CertificateSigningRequest {asked.Metadata.Name} was not answered within {AnswerLimit.TotalSeconds} s; does the descheduler run?");
    }

    private static void Replace(string path, string content)
    {
        var next = $"{path}.{Environment.ProcessId}";
        using (var file = PrivateFile.Create(next, FileMode.Create)) { file.Write(Encoding.ASCII.GetBytes(content)); }
        File.Move(next, path, overwrite: true);
    }
}
