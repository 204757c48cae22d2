using System.Net;

namespace Rebalancer.Agent.Notices.Aws;

/// <summary>EC2's instance metadata service, version 2 (EC2 user guide, "Use the Instance Metadata Service"): a session token first, then reads that show it.</summary>
internal sealed class Imds(MetadataClient client)
{
    public const string TokenHeader = "X-aws-ec2-metadata-token";
    public const string TokenLifeHeader = "X-aws-ec2-metadata-token-ttl-seconds";

    private const string TokenPath = "latest/api/token";
    private const string TokenLifeSeconds = "21600";

    private string? _token;

    /// <summary>Body of a document; null where there is none.</summary>
    /// <exception cref="MetadataUnavailableException">No answer, or one that says neither yes nor no.</exception>
    public async Task<string?> ReadAsync(string path, CancellationToken cancellation)
    {
        // A token that the service has forgotten, after its restart or its end of life, is renewed once.
        for (var renewed = false; ; renewed = true)
        {
            _token ??= await NewTokenAsync(cancellation);
            var answer = await client.AskAsync(HttpMethod.Get, path, TokenHeader, _token, cancellation);
            switch (answer.Status)
            {
                case HttpStatusCode.OK:
                    return answer.Body;
                case HttpStatusCode.NotFound:
                    return null;
                case HttpStatusCode.Unauthorized when !renewed:
                    _token = null;
                    break;
                default:
                    throw client.Unexpected(path, answer);
            }
        }
    }

    /// <exception cref="MetadataUnavailableException">There is no such service, or it gives none.</exception>
    public async Task<string> NewTokenAsync(CancellationToken cancellation)
    {
        var answer = await client.AskAsync(HttpMethod.Put, TokenPath, TokenLifeHeader, TokenLifeSeconds, cancellation);
        var isGood = (int)answer.Status is >= 200 and < 300;
        var token = isGood ? answer.Body.Trim() : "";
        return token.Length > 0 ? token : throw client.Unexpected("the token request", answer, isGood ? " without a token" : "");
    }
}
