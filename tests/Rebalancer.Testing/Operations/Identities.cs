using System.Security.Cryptography;

namespace Rebalancer.Testing.Operations;

/// <summary>UIDs, and random ends of generated names from the alphabet of the real server (no vowels, nothing that looks alike).</summary>
internal sealed class Identities(ApiServerOptions options)
{
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";
    private const int Length = 5;
    private const int LongestBase = 63 - Length;

    private readonly Random? _random = options.Seed is { } seed ? new Random(seed) : null;

    public string Uid()
    {
        if (_random is null)
        {
            return Guid.NewGuid().ToString();
        }

        Span<byte> bytes = stackalloc byte[16];
        _random.NextBytes(bytes);
        return new Guid(bytes).ToString();
    }

    public string Append(string prefix) => (prefix.Length > LongestBase ? prefix[..LongestBase] : prefix)
        + (_random is null ? RandomNumberGenerator.GetString(Alphabet, Length) : new string(_random.GetItems<char>(Alphabet, Length)));
}
