using System.Net;

namespace Rebalancer.Agent.Notices;

/// <summary>One answer of a metadata service.</summary>
/// <param name="Header">The header that was asked about; null: it was not there.</param>
internal readonly record struct MetadataAnswer(HttpStatusCode Status, string Body, string? Header);

/// <summary>Questions to the metadata service of this machine, each with a short limit. It is one hop away: slower means broken.</summary>
internal sealed class MetadataClient(HttpClient http, TimeProvider time, TimeSpan limit)
{
    public static readonly TimeSpan UsualLimit = TimeSpan.FromSeconds(1);

    private const int MaxBodyBytes = 64 * 1024;

    public MetadataClient(HttpClient http, TimeProvider time)
        : this(http, time, UsualLimit)
    {
    }

    public Uri? Address => http.BaseAddress;

    /// <summary>A client that goes straight to the service: no proxy may stand between a node and its own metadata.</summary>
    public static HttpClient NewClient(Uri url) => new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = UsualLimit })
    {
        BaseAddress = WithSlash(url),
        MaxResponseContentBufferSize = MaxBodyBytes,
    };

    /// <param name="name">Header of the request.</param>
    /// <param name="value">Of that header.</param>
    /// <param name="answerHeader">Header of the answer that is wanted.</param>
    /// <exception cref="MetadataUnavailableException">No answer in time.</exception>
    public async Task<MetadataAnswer> AskAsync(HttpMethod method, string path, string name, string value, CancellationToken cancellation, string? body = null, string? answerHeader = null)
    {
        using var slow = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(slow.Token, cancellation);
        try
        {
            using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, null, "application/json") };
            request.Headers.TryAddWithoutValidation(name, value);
            using var answer = await http.SendAsync(request, either.Token);
            var header = answerHeader is not null && answer.Headers.TryGetValues(answerHeader, out var values) ? string.Join(',', values) : null;
            return new MetadataAnswer(answer.StatusCode, await answer.Content.ReadAsStringAsync(either.Token), header);
        }
        catch (Exception e) when (e is HttpRequestException or InvalidOperationException)
        {
            // The latter where the answer names a character set that there is not.
            throw new MetadataUnavailableException($"metadata service {Address}: {path}: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new MetadataUnavailableException($"metadata service {Address}: {path}: no answer within {limit.TotalSeconds} s", e);
        }
    }

    public MetadataUnavailableException Unexpected(string path, MetadataAnswer answer, string more = "")
        => new($"metadata service {Address}: {path} answered {(int)answer.Status}{more}");

    /// <summary>Relative paths go below the last segment only if it ends with a slash.</summary>
    private static Uri WithSlash(Uri url) => url.AbsoluteUri.EndsWith('/') ? url : new Uri(url.AbsoluteUri + "/");
}
