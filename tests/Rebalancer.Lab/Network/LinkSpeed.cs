using System.Globalization;
using Rebalancer.Lab.Nodes;
using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Network;

/// <summary>Speed of a node's cable, by a token bucket on both its ends. The kernel at hand may lack netem, so there is no delay and no loss here.</summary>
internal static class LinkSpeed
{
    private const double MinimumMbitPerS = 0.1;
    private const int MinimumBurstBytes = 64 * 1024;

    /// <param name="mbitPerS">Null: unlimited.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not a speed.</exception>
    public static async Task SetAsync(NodeNamespaces node, string name, double? mbitPerS, CancellationToken cancel)
    {
        if (mbitPerS is { } speed && !(speed >= MinimumMbitPerS && double.IsFinite(speed)))
        {
            throw new ArgumentOutOfRangeException(nameof(mbitPerS), speed, $"link speed of node {name}: at least {MinimumMbitPerS} Mbit/s");
        }

        await SetAsync(["tc"], Fabric.Cable(name), mbitPerS, cancel);
        await SetAsync(node.EnterNetworkOnly("tc"), "eth0", mbitPerS, cancel);
    }

    private static async Task SetAsync(IReadOnlyList<string> tc, string device, double? mbitPerS, CancellationToken cancel)
    {
        if (mbitPerS is not { } speed)
        {
            // Deleting what is not there is an error of tc's; the state that it leaves is the wanted one.
            await Command.RunAsync([.. tc, "qdisc", "del", "dev", device, "root"], cancel);
            return;
        }

        var bytesPerS = speed * 1e6 / 8;
        var burst = Math.Max(MinimumBurstBytes, (int)(bytesPerS / 250)).ToString(CultureInfo.InvariantCulture);
        var rate = string.Create(CultureInfo.InvariantCulture, $"{(long)(speed * 1e6)}bit");
        await Command.CheckedAsync([.. tc, "qdisc", "replace", "dev", device, "root", "tbf", "rate", rate, "burst", burst, "latency", "100ms"], cancel);
    }
}
