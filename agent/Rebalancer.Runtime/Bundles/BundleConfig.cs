using System.Globalization;
using System.Text.Json;

namespace Rebalancer.Runtime.Bundles;

/// <summary>What the wrapper needs of a bundle's config.json. Read in one pass over the bytes; annotation keys are containerd's CRI plugin's.</summary>
internal sealed record BundleConfig
{
    public const string FileName = "config.json";
    public const string Sandbox = "sandbox";
    public const string Container = "container";

    /// <summary><see cref="Sandbox"/>, <see cref="Container"/>, or empty when no CRI made this container.</summary>
    public string ContainerType { get; init; } = "";
    public string PodUid { get; init; } = "";
    public string PodNamespace { get; init; } = "";
    public string PodName { get; init; } = "";
    public string ContainerName { get; init; } = "";
    public int RestartCount { get; init; }
    public string Migration { get; init; } = "";
    public string Claim { get; init; } = "";
    /// <summary>Path of the network namespace to join; empty for a new one or the host's.</summary>
    public string NetNs { get; init; } = "";

    /// <summary>A pod that may have a live source elsewhere. Either annotation alone is enough: half a claim is no reason to start cold.</summary>
    public bool IsClaimed => Migration.Length > 0 || Claim.Length > 0;

    /// <exception cref="JsonException">Not JSON, or not an object.</exception>
    public static BundleConfig Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return ParseObject(json);
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException($"config.json: {e.Message}", e);
        }
    }

    private static BundleConfig ParseObject(ReadOnlySpan<byte> json)
    {
        var config = new BundleConfig();
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) { throw new JsonException("config.json is no object"); }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("annotations"u8)) { config = Annotations(ref reader, config); }
            else if (reader.ValueTextEquals("linux"u8)) { config = config with { NetNs = LinuxNetwork(ref reader) }; }
            else { reader.Skip(); }
        }
        return config;
    }

    private static BundleConfig Annotations(ref Utf8JsonReader reader, BundleConfig config)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return config;
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString();
            reader.Read();
            if (reader.TokenType != JsonTokenType.String) { reader.Skip(); continue; }
            config = config.With(key!, reader.GetString()!);
        }
        return config;
    }

    private BundleConfig With(string key, string value) => key switch
    {
        "io.kubernetes.cri.container-type" => this with { ContainerType = value },
        "io.kubernetes.cri.sandbox-uid" => this with { PodUid = value },
        "io.kubernetes.cri.sandbox-namespace" => this with { PodNamespace = value },
        "io.kubernetes.cri.sandbox-name" => this with { PodName = value },
        "io.kubernetes.cri.container-name" => this with { ContainerName = value },
        "io.kubernetes.container.restartCount" => this with { RestartCount = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 0 },
        "rebalancer.dev/migration" => this with { Migration = value },
        "rebalancer.dev/claim" => this with { Claim = value },
        _ => this,
    };

    private static string LinuxNetwork(ref Utf8JsonReader reader)
    {
        var path = "";
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return path;
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isList = reader.ValueTextEquals("namespaces"u8) && reader.Read() && reader.TokenType == JsonTokenType.StartArray;
            // What is of another shape is passed over as a whole: what stands in it is at no place that counts.
            if (!isList) { reader.Skip(); continue; }
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType != JsonTokenType.StartObject) { reader.Skip(); continue; }
                var (type, at) = Namespace(ref reader);
                if (type == "network") { path = at; }
            }
        }
        return path;
    }

    private static (string Type, string Path) Namespace(ref Utf8JsonReader reader)
    {
        var (type, path) = ("", "");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (isType, isPath) = (reader.ValueTextEquals("type"u8), reader.ValueTextEquals("path"u8));
            reader.Read();
            if (isType) { type = reader.GetString() ?? ""; }
            else if (isPath) { path = reader.GetString() ?? ""; }
            else { reader.Skip(); }
        }
        return (type, path);
    }
}
