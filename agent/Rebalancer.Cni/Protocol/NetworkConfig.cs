using System.Text.Json.Serialization;

namespace Rebalancer.Cni.Protocol;

/// <summary>Network configuration on standard input. Fields of others are passed over.</summary>
internal sealed record NetworkConfig
{
    public string CniVersion { get; init; } = "";
    public string Name { get; init; } = "";
    public IpamConfig? Ipam { get; init; }
}

internal sealed record IpamConfig
{
    public string Type { get; init; } = "";
    /// <summary>The cluster's range in CIDR form.</summary>
    public string Subnet { get; init; } = "";
    public string RangeStart { get; init; } = "";
    public string RangeEnd { get; init; } = "";
    public string Gateway { get; init; } = "";
    public IReadOnlyList<Route> Routes { get; init; } = [];
}

internal sealed record Route
{
    public string Dst { get; init; } = "";
    public string? Gw { get; init; }
}

internal sealed record AddResult
{
    public required string CniVersion { get; init; }
    public required IReadOnlyList<AddedAddress> Ips { get; init; }
    public IReadOnlyList<Route> Routes { get; init; } = [];
    public Dns Dns { get; init; } = new();
}

internal sealed record AddedAddress
{
    /// <summary>"4" for versions before 1.0, where the field was required.</summary>
    public string? Version { get; init; }
    public required string Address { get; init; }
    public string? Gateway { get; init; }
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
    public string? Details { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(NetworkConfig))]
[JsonSerializable(typeof(AddResult))]
[JsonSerializable(typeof(VersionResult))]
[JsonSerializable(typeof(ErrorResult))]
internal sealed partial class CniJson : JsonSerializerContext;
