using System.Text.Json;
using Rebalancer.Testing.Objects;

namespace Rebalancer.Testing.Printing;

/// <summary>Columns of services and of what stands behind them.</summary>
internal static class ServiceColumns
{
    private const int ShownAddresses = 3;

    public static IReadOnlyList<Column> Services { get; } =
    [
        CommonColumns.Name,
        BuiltInColumns.Field("Type", "spec", "type"),
        BuiltInColumns.Text("Cluster-IP", o => o.Items("spec", "clusterIPs").Select(i => i.GetString()).FirstOrDefault() ?? "<none>"),
        BuiltInColumns.Text("External-IP", ExternalAddress),
        BuiltInColumns.Text("Port(s)", Ports),
        CommonColumns.Age,
        BuiltInColumns.Wide(BuiltInColumns.Text("Selector", o => WorkloadColumns.Pairs(o.At("spec", "selector")))),
    ];

    public static IReadOnlyList<Column> Slices { get; } =
    [
        CommonColumns.Name,
        BuiltInColumns.Field("AddressType", "addressType"),
        BuiltInColumns.Text("Ports", o => Shorten(o.Items("ports").Select(p => p.Number("port") is { } port ? $"{port}" : p.Text("name") ?? "*"), "<unset>")),
        BuiltInColumns.Text("Endpoints", o => Shorten(o.Items("endpoints").SelectMany(e => e.Items("addresses")).Select(a => a.GetString() ?? ""), "<unset>")),
        CommonColumns.Age,
    ];

    public static IReadOnlyList<Column> Endpoints { get; } =
    [
        CommonColumns.Name,
        BuiltInColumns.Text("Endpoints", o => Shorten(o.Items("subsets").SelectMany(Addresses), "<none>")),
        CommonColumns.Age,
    ];

    private static IEnumerable<string> Addresses(JsonElement subset)
    {
        var ports = subset.Items("ports").Select(p => $":{p.Number("port")}").DefaultIfEmpty("").ToList();
        return ports.SelectMany(port => subset.Items("addresses").Select(a => a.Text("ip") + port));
    }

    private static string ExternalAddress(JsonElement service)
    {
        var given = string.Join(",", service.Items("spec", "externalIPs").Select(i => i.GetString()));
        return service.Text("spec", "type") switch
        {
            "ExternalName" => service.Text("spec", "externalName") ?? "",
            "LoadBalancer" when given.Length == 0 => "<pending>",
            _ => given.Length == 0 ? "<none>" : given,
        };
    }

    private static string Ports(JsonElement service)
    {
        var ports = service.Items("spec", "ports").Select(p =>
            p.Number("nodePort") is > 0 and var node ? $"{p.Number("port")}:{node}/{p.Text("protocol")}" : $"{p.Number("port")}/{p.Text("protocol")}");
        var text = string.Join(",", ports);
        return text.Length == 0 ? "<none>" : text;
    }

    private static string Shorten(IEnumerable<string> items, string whenEmpty)
    {
        var all = items.ToList();
        return all.Count == 0 ? whenEmpty
            : all.Count <= ShownAddresses ? string.Join(",", all)
            : $"{string.Join(",", all.Take(ShownAddresses))} + {all.Count - ShownAddresses} more...";
    }
}
