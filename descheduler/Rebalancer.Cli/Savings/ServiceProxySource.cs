using System.Globalization;
using k8s;

namespace Rebalancer.Cli.Savings;

/// <summary>The descheduler, through the API server and with the rights of whoever asks: "get" of services/proxy.</summary>
internal sealed class ServiceProxySource(KubernetesClientConfiguration configuration, string ns) : ILedgerSource
{
    private const string Service = "rebalancer-descheduler-metrics:status";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public Task<byte[]> SavingsAsync(DateTimeOffset since, DateTimeOffset until, string format, string? account, CancellationToken cancellation)
        => GetAsync($"savings?since={Text(since)}&until={Text(until)}&format={format}" + (account is null ? "" : "&account=" + Uri.EscapeDataString(account)), cancellation);

    public Task<byte[]> WasteAsync(CancellationToken cancellation) => GetAsync("waste", cancellation);

    private async Task<byte[]> GetAsync(string report, CancellationToken cancellation)
    {
        using var connection = new k8s.Kubernetes(configuration);
        connection.HttpClient.Timeout = Patience;
        var address = connection.BaseUri.AbsoluteUri.TrimEnd('/') + $"/api/v1/namespaces/{Uri.EscapeDataString(ns)}/services/{Service}/proxy/ledger/{report}";
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        try
        {
            if (connection.Credentials is { } credentials)
            {
                await credentials.ProcessHttpRequestAsync(request, cancellation);
            }

            using var response = await connection.HttpClient.SendAsync(request, cancellation);
            var body = await response.Content.ReadAsByteArrayAsync(cancellation);
            return response.IsSuccessStatusCode ? body : throw new LedgerSourceException($"{(int)response.StatusCode} from {Service} in namespace {ns}: {System.Text.Encoding.UTF8.GetString(body).Trim()}");
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new LedgerSourceException($"{address}: {e.Message}");
        }
    }

    private static string Text(DateTimeOffset at) => Uri.EscapeDataString(at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
}
