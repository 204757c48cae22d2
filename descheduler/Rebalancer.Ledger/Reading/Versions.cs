using System.Globalization;

namespace Rebalancer.Ledger.Reading;

/// <summary>Resource versions of one resource compare as integers (KEP-5504).</summary>
internal static class Versions
{
    public static long Of(string? version) => long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
