using System.Net;

namespace Rebalancer.Agent.Notices;

/// <summary>EC2's instance metadata service, version 2 (EC2 user guide, "Use the Instance Metadata Service"): a session token first, then reads that show it.</summary>
internal sealed class Imds(HttpClient http, TimeProvider time) : IInstanceMetadata
{
    public const string TokenHeader = "X-aws-ec2-metadata-token";
    public const string TokenLifeHeader = "X-aws-ec2-metadata-token-ttl-seconds";

    /// <summary>The service is one hop away: slower means broken.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    private const string TokenLifeSeconds = "21600";
    private const int MaxBodyBytes = 4096;

    private string? _token;

    /// <summary>A client that goes straight to the service: no proxy may stand between a node and its own metadata.</summary>
    public static HttpClient NewClient(Uri url) => new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = Limit })
    {
        BaseAddress = url,
        MaxResponseContentBufferSize = MaxBodyBytes,
    };

    public async Task<string?> ReadNoticeAsync(CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            return await ReadAsync(either.Token);
        }
        catch (HttpRequestException e)
        {
            throw new MetadataUnavailableException($"metadata service {http.BaseAddress}: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new MetadataUnavailableException($"metadata service {http.BaseAddress}: no answer within {Limit.TotalSeconds} s", e);
        }
    }

    private async Task<string?> ReadAsync(CancellationToken cancellation)
    {
        // A token that the service has forgotten, after its restart or its end of life, is renewed once.
        for (var renewed = false; ; renewed = true)
        {
            _token ??= await NewTokenAsync(cancellation);
            using var request = new HttpRequestMessage(HttpMethod.Get, "latest/meta-data/spot/instance-action");
            request.Headers.TryAddWithoutValidation(TokenHeader, _token);
            using var answer = await http.SendAsync(request, cancellation);
            switch (answer.StatusCode)
            {
                case HttpStatusCode.OK:
                    return await answer.Content.ReadAsStringAsync(cancellation);
                case HttpStatusCode.NotFound:
                    return null;
                case HttpStatusCode.Unauthorized when !renewed:
                    _token = null;
                    break;
                default:
                    throw new MetadataUnavailableException($"metadata service {http.BaseAddress}: instance-action answered {(int)answer.StatusCode}");
            }
        }
    }

    private async Task<string> NewTokenAsync(CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, "latest/api/token");
        request.Headers.TryAddWithoutValidation(TokenLifeHeader, TokenLifeSeconds);
        using var answer = await http.SendAsync(request, cancellation);
        var token = answer.IsSuccessStatusCode ? (await answer.Content.ReadAsStringAsync(cancellation)).Trim() : "";
        return token.Length > 0
            ? token
            : throw new MetadataUnavailableException($"metadata service {http.BaseAddress}: the token request answered {(int)answer.StatusCode}{(answer.IsSuccessStatusCode ? " without a token" : "")}");
    }
}
