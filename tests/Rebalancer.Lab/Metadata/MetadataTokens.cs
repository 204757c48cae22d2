using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Rebalancer.Lab.Metadata;

/// <summary>Session tokens of IMDSv2: a time to live of 1 second to 6 hours, checked on every read.</summary>
internal sealed class MetadataTokens(TimeProvider time)
{
    public const int MaxTtlSeconds = 21600;
    private const int MaxTokens = 1000;

    private readonly ConcurrentDictionary<string, DateTimeOffset> expiryByToken = new();

    /// <summary>A new token, or null when the time to live is out of range.</summary>
    public string? Issue(int ttlSeconds)
    {
        if (ttlSeconds is < 1 or > MaxTtlSeconds)
        {
            return null;
        }

        Forget();
        var token = Convert.ToBase64String(RandomNumberGenerator.GetBytes(40));
        expiryByToken[token] = time.GetUtcNow().AddSeconds(ttlSeconds);
        return token;
    }

    public bool IsValid(string? token) => token is not null && expiryByToken.TryGetValue(token, out var expiry) && expiry > time.GetUtcNow();

    private void Forget()
    {
        var now = time.GetUtcNow();
        var byExpiry = expiryByToken.OrderBy(pair => pair.Value).ToArray();
        var tooMany = byExpiry.Length - MaxTokens + 1;
        foreach (var pair in byExpiry.Where((pair, index) => pair.Value <= now || index < tooMany))
        {
            expiryByToken.TryRemove(pair);
        }
    }
}
