using System.Text.Json;
using Rebalancer.Lab.Network;
using Rebalancer.Lab.Processes;

namespace Rebalancer.Benchmarks.Migration.Measuring;

/// <summary>Bytes of the frames that go from one node to another, in both directions, counted where their cables meet. What clients send to a pod does not pass between nodes.</summary>
internal static class LinkMeter
{
    private const string Table = "rebalancer-bench";

    public static async Task StartAsync(string one, string other, CancellationToken cancel) => await Command.CheckedAsync(
        ["nft", "-f", "-"],
        cancel,
        $$"""
        table bridge {{Table}}
        delete table bridge {{Table}}
        table bridge {{Table}} {
          chain forward {
            type filter hook forward priority 10; policy accept;
            iifname "{{Fabric.Cable(one)}}" oifname "{{Fabric.Cable(other)}}" counter
            iifname "{{Fabric.Cable(other)}}" oifname "{{Fabric.Cable(one)}}" counter
          }
        }

        """);

    /// <summary>Since <see cref="StartAsync"/>.</summary>
    public static async Task<long> ReadBytesAsync(CancellationToken cancel) =>
        Sum(await Command.CheckedAsync(["nft", "-j", "list", "table", "bridge", Table], cancel));

    public static long Sum(string listing)
    {
        using var document = JsonDocument.Parse(listing);
        return document.RootElement.GetProperty("nftables").EnumerateArray()
            .Where(item => item.TryGetProperty("rule", out _))
            .SelectMany(item => item.GetProperty("rule").GetProperty("expr").EnumerateArray())
            .Where(expression => expression.TryGetProperty("counter", out _))
            .Sum(expression => expression.GetProperty("counter").GetProperty("bytes").GetInt64());
    }
}
