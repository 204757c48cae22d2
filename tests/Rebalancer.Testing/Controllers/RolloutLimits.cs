using System.Globalization;
using System.Text.Json;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Controllers;

/// <summary>How many pods a Deployment's rollout may miss and may have too many; percentages of the wanted pods are rounded down and up.</summary>
internal readonly record struct RolloutLimits(long MaxUnavailable, long MaxSurge)
{
    public static RolloutLimits Of(StoredObject deployment)
    {
        var wanted = deployment.Root.Number("spec", "replicas") ?? 1;
        if (wanted == 0 || deployment.Root.Text("spec", "strategy", "type") != "RollingUpdate")
        {
            return new(0, 0);
        }

        var surge = Amount(deployment.Root.At("spec", "strategy", "rollingUpdate", "maxSurge"), wanted, 99);
        var unavailable = Amount(deployment.Root.At("spec", "strategy", "rollingUpdate", "maxUnavailable"), wanted, 0);

        // With neither a rollout could not begin.
        return new(Math.Min(wanted, surge == 0 && unavailable == 0 ? 1 : unavailable), surge);
    }

    private static long Amount(JsonElement? amount, long wanted, long rounding) => amount switch
    {
        { ValueKind: JsonValueKind.Number } number => number.GetInt64(),
        { ValueKind: JsonValueKind.String } share when long.TryParse(share.GetString()!.TrimEnd('%'), CultureInfo.InvariantCulture, out var percent) => ((wanted * percent) + rounding) / 100,
        _ => 0,
    };
}
