using System.Text.Json;
using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Files;

/// <summary>Where the pod's /dev/shm lies on the node: the runtime mounts it for the sandbox and binds it into each container, as its bundle says.</summary>
internal static class ShmPath
{
    private const int MaximumBytes = 4 << 20;

    /// <exception cref="MoveException">The bundle cannot be read, or binds none.</exception>
    public static string Of(string bundle)
    {
        try
        {
            var file = new FileInfo(Path.Combine(bundle, "config.json"));
            if (file.Length <= MaximumBytes && Find(File.ReadAllBytes(file.FullName)) is { } path) { return path; }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new MoveException(Reasons.RuntimeUnsupported, $"bundle {bundle} cannot be read: {e.Message}", inner: e);
        }
        throw new MoveException(Reasons.RuntimeUnsupported, $"bundle {bundle} binds no /dev/shm");
    }

    public static string? Find(ReadOnlyMemory<byte> config)
    {
        using var document = JsonDocument.Parse(config);
        if (!document.RootElement.TryGetProperty("mounts", out var mounts) || mounts.ValueKind != JsonValueKind.Array) { return null; }
        foreach (var mount in mounts.EnumerateArray())
        {
            if (Text(mount, "destination") == "/dev/shm" && Text(mount, "type") == "bind" && Text(mount, "source") is ['/', ..] source) { return source; }
        }
        return null;
    }

    private static string? Text(JsonElement mount, string name) => mount.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
