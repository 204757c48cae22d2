using System.Text.Json.Serialization;

namespace Rebalancer.Cni.Protocol;

/// <summary>
/// Network configuration on standard input. Fields of others are passed over. Properties can be set, because a generated deserialiser gives an
/// init-only one null where the field is missing.
/// </summary>
internal sealed record NetworkConfig
{
    public string CniVersion { get; set; } = "";
    public string Name { get; set; } = "";
    public IpamConfig? Ipam { get; set; }
}

internal sealed record IpamConfig
{
    public string Type { get; set; } = "";
    /// <summary>The cluster's range in CIDR form.</summary>
    public string Subnet { get; set; } = "";
    public string RangeStart { get; set; } = "";
    public string RangeEnd { get; set; } = "";
    public string Gateway { get; set; } = "";
    public IReadOnlyList<Route> Routes { get; set; } = [];
}

internal sealed record Route
{
    public string Dst { get; set; } = "";
    public string? Gw { get; set; }
}

internal sealed record AddResult
{
    public required string CniVersion { get; init; }
    public required IReadOnlyList<AddedAddress> Ips { get; init; }
    public IReadOnlyList<Route> Routes { get; set; } = [];
    public Dns Dns { get; set; } = new();
}

internal sealed record AddedAddress
{
    /// <summary>"4" for versions before 1.0, where the field was required.</summary>
    public string? Version { get; set; }
    public required string Address { get; init; }
    public string? Gateway { get; set; }
}

/// <summary>Always empty: kubelet, not CNI, makes a pod's resolv.conf.</summary>
internal sealed record Dns;

internal sealed record VersionResult
{
    public required string CniVersion { get; init; }
    public required IReadOnlyList<string> SupportedVersions { get; init; }
}

internal sealed record ErrorResult
{
    public required string CniVersion { get; init; }
    public required uint Code { get; init; }
    public required string Msg { get; init; }
    public string? Details { get; set; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(NetworkConfig))]
[JsonSerializable(typeof(AddResult))]
[JsonSerializable(typeof(VersionResult))]
[JsonSerializable(typeof(ErrorResult))]
internal sealed partial class CniJson : JsonSerializerContext;
