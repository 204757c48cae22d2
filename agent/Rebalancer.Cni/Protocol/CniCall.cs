using System.Text.Json;

namespace Rebalancer.Cni.Protocol;

/// <summary>One call of the plugin: the CNI_ environment and the configuration.</summary>
internal sealed record CniCall
{
    private const int MaximumConfigBytes = 1024 * 1024;

    public required string Command { get; init; }
    public required NetworkConfig Config { get; init; }
    public string ContainerId { get; init; } = "";
    public string NetNs { get; init; } = "";
    public string IfName { get; init; } = "";
    public string PodUid { get; init; } = "";
    public string PodName { get; init; } = "";
    public string PodNamespace { get; init; } = "";

    /// <exception cref="CniException">A variable or the configuration is missing or malformed.</exception>
    public static CniCall Read(CniHost host)
    {
        var args = Arguments(host.Variable("CNI_ARGS") ?? "");
        var call = new CniCall
        {
            Command = Required(host, "CNI_COMMAND"),
            Config = Configuration(host.Input),
            ContainerId = host.Variable("CNI_CONTAINERID") ?? "",
            NetNs = host.Variable("CNI_NETNS") ?? "",
            IfName = host.Variable("CNI_IFNAME") ?? "",
            PodUid = args.GetValueOrDefault("K8S_POD_UID", ""),
            PodName = args.GetValueOrDefault("K8S_POD_NAME", ""),
            PodNamespace = args.GetValueOrDefault("K8S_POD_NAMESPACE", ""),
        };
        return call;
    }

    private static string Required(CniHost host, string name) => host.Variable(name) is { Length: > 0 } value
        ? value : throw new CniException(CniErrors.InvalidEnvironment, $"environment variable {name} is missing");

    private static NetworkConfig Configuration(Stream input)
    {
        try
        {
            using var copy = new MemoryStream();
            var buffer = new byte[16 * 1024];
            int count;
            while ((count = input.Read(buffer)) > 0)
            {
                copy.Write(buffer, 0, count);
                if (copy.Length > MaximumConfigBytes) { throw new CniException(CniErrors.DecodingFailure, $"network configuration is longer than {MaximumConfigBytes} bytes"); }
            }
            return JsonSerializer.Deserialize(copy.ToArray(), CniJson.Default.NetworkConfig) ?? throw new CniException(CniErrors.DecodingFailure, "network configuration is null");
        }
        catch (JsonException e)
        {
            throw new CniException(CniErrors.DecodingFailure, "network configuration is not valid JSON", e.Message);
        }
        catch (IOException e)
        {
            throw new CniException(CniErrors.InputOutput, "network configuration cannot be read", e.Message);
        }
    }

    /// <summary>"K=V;K=V".</summary>
    private static Dictionary<string, string> Arguments(string text)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in text.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1) { throw new CniException(CniErrors.InvalidEnvironment, $"CNI_ARGS: '{pair}' is not KEY=VALUE"); }
            found[pair[..equals]] = pair[(equals + 1)..];
        }
        return found;
    }
}
