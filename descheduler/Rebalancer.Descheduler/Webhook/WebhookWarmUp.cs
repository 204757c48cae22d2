using System.Security.Cryptography.X509Certificates;
using System.Text;
using Rebalancer.Descheduler.Certificates;

namespace Rebalancer.Descheduler.Webhook;

/// <summary>
/// Asks our own webhook once before the API server does: the first answer of a fresh process takes most of the 2 s that it has, and a certificate
/// that nobody would accept shows here instead of as replacements that nobody claims.
/// </summary>
internal static class WebhookWarmUp
{
    private const string Review =
        """
        {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"warm-up","operation":"CREATE","namespace":"rebalancer-warm-up",
        "kind":{"group":"","version":"v1","kind":"Pod"},"object":{"apiVersion":"v1","kind":"Pod","metadata":{"generateName":"warm-up-",
        "ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"warm-up","uid":"warm-up","controller":true}]},"spec":{"containers":[]}}}}
        """;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <exception cref="HttpRequestException">It did not answer, or with a certificate that our own authority does not vouch for.</exception>
    public static async Task RunAsync(Uri url, WebhookCertificates certificates, CancellationToken cancellation)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => Vouches(certificates.TrustPem, certificate);
        using var client = new HttpClient(handler) { Timeout = Limit };
        using var body = new StringContent(Review, Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(url, body, cancellation);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>The name is not checked: a listener on every address has none of its own.</summary>
    private static bool Vouches(string trustPem, X509Certificate? certificate)
    {
        if (certificate is not X509Certificate2 presented)
        {
            return false;
        }

        var roots = new X509Certificate2Collection();
        roots.ImportFromPem(trustPem);
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(roots);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(presented);
    }
}
