using System.Security.Cryptography;

namespace Rebalancer.Testing.Operations;

/// <summary>Random ends of generated names, from the alphabet of the real server (no vowels, nothing that looks alike).</summary>
internal static class NameSuffix
{
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";
    private const int Length = 5;
    private const int LongestBase = 63 - Length;

    public static string Append(string prefix) =>
        (prefix.Length > LongestBase ? prefix[..LongestBase] : prefix) + RandomNumberGenerator.GetString(Alphabet, Length);
}
