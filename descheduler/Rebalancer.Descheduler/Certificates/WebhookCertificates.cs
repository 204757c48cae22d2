using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Rebalancer.Kubernetes.Certificates;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Descheduler.Certificates;

/// <summary>The certificate that the webhooks serve now, and what callers are to trust. Looked after while the program runs: nothing restarts for a new one.</summary>
internal sealed partial class WebhookCertificates(SecretStore secrets, DeschedulerOptions options, TimeProvider clock, ILogger<WebhookCertificates> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1), Retry = TimeSpan.FromSeconds(1);
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile X509Certificate2? current;
    private volatile string trustPem = "", callerKey = "";

    /// <summary>Done when there is one.</summary>
    public Task Ready => ready.Task;

    /// <summary>Null: there is none yet, and a connection fails.</summary>
    public X509Certificate2? Current => current;

    public string TrustPem => trustPem;

    /// <summary>The path by which the API server calls, and nobody else can. A secret: not for a log.</summary>
    /// <param name="path">Of the webhook: "/claim".</param>
    public string PathOf(string path) => $"{path}/{callerKey}";

    /// <summary>Whether a caller has the key, compared in a time that tells nothing of it.</summary>
    public bool IsCaller(string key) =>
        callerKey.Length > 0 && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(callerKey));

    /// <summary>By which the API server calls: the Service, the listener's own address, and the URL where one is given.</summary>
    public IReadOnlyCollection<string> Hosts { get; } =
    [
        $"{DeschedulerOptions.WebhookService}.{options.Namespace}.svc",
        .. options.ListensEverywhere ? Array.Empty<string>() : [options.WebhookListen.Address.ToString()],
        .. options.WebhookUrl is { } url ? [url.Host] : Array.Empty<string>(),
    ];

    /// <exception cref="ApiException">The Secret cannot be read or written.</exception>
    public async Task RefreshAsync(CancellationToken cancellation)
    {
        var data = await secrets.EnsureAsync(WebhookSecret.Name, known => WebhookSecret.Renew(known, Hosts, clock), cancellation);
        using var chain = AuthorityChain.Read(data);
        using var parsed = X509Certificate2.CreateFromPem(data[WebhookSecret.Certificate], data[WebhookSecret.Key]);
        trustPem = chain.TrustPem;
        callerKey = data[WebhookSecret.CallerKey];
        if (current?.Thumbprint == parsed.Thumbprint) { return; }

        // Handshakes may still use the one before, so it is left to the collector. The round trip through PKCS#12: TLS refuses keys that live only in memory on some platforms.
        current = X509CertificateLoader.LoadPkcs12(parsed.Export(X509ContentType.Pkcs12), null);
        Serving(logger, current.NotAfter.ToUniversalTime());
        ready.TrySetResult();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            var isGood = await TryRefreshAsync(stoppingToken);
            await Task.Delay(isGood ? Interval : Retry, clock, stoppingToken);
        }
    }

    private async Task<bool> TryRefreshAsync(CancellationToken cancellation)
    {
        try
        {
            await RefreshAsync(cancellation);
            return true;
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or TimeoutException or CryptographicException or ArgumentException)
        {
            NotRefreshed(logger, options.Namespace, WebhookSecret.Name, e.Message);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The webhooks' certificate is valid until {Until:u}")]
    private static partial void Serving(ILogger logger, DateTime until);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Secret {Namespace}/{Name} with the webhooks' certificate is not in order, trying again: {Cause}")]
    private static partial void NotRefreshed(ILogger logger, string @namespace, string name, string cause);
}
