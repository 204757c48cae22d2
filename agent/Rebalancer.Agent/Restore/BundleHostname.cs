using System.Text.Json;

namespace Rebalancer.Agent.Restore;

/// <summary>The host name that the CRI gave a sandbox, from its OCI bundle.</summary>
internal static class BundleHostname
{
    /// <returns>The fallback when the bundle does not say.</returns>
    public static string Read(string bundle, string fallback)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(bundle, "config.json")));
            return document.RootElement.TryGetProperty("hostname", out var name) && name.GetString() is { Length: > 0 } text ? text : fallback;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            return fallback;
        }
    }
}
