using System.Net;

namespace Rebalancer.Agent.Host;

/// <summary>One range of addresses for the pods of all nodes, on one link: what rebalancer-ipam gives out, so that a pod takes its address along.</summary>
internal sealed record PodRange(string Subnet, string Start, string End, string Gateway)
{
    /// <summary>Reads the options of the installation.</summary>
    /// <returns>Null and no errors: the network is to be left alone.</returns>
    public static (PodRange? Range, IReadOnlyList<string> Errors) Parse(string? subnet, string? range, string? gateway)
    {
        if (string.IsNullOrEmpty(subnet)) { return (null, string.IsNullOrEmpty(range) && string.IsNullOrEmpty(gateway) ? [] : ["--ipam-range and --ipam-gateway need --ipam-subnet"]); }
        var errors = new List<string>();
        var isNetwork = IPNetwork.TryParse(subnet, out var network);
        if (!isNetwork) { errors.Add($"--ipam-subnet '{subnet}': expected a network such as 10.1.0.0/16"); }
        var ends = (range ?? "").Split('-');
        foreach (var (option, text) in new[] { ("--ipam-range", ends[0]), ("--ipam-range", ends.Length == 2 ? ends[1] : ""), ("--ipam-gateway", gateway ?? "") })
        {
            if (!IPAddress.TryParse(text, out var address) || (isNetwork && !network.Contains(address))) { errors.Add($"{option} '{text}': expected an address in {subnet}{(option == "--ipam-range" ? ", as FIRST-LAST" : "")}"); }
        }

        return errors.Count > 0 ? (null, errors) : (new PodRange(subnet, ends[0], ends[1], gateway!), errors);
    }
}
