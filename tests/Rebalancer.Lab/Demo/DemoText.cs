using System.Globalization;

namespace Rebalancer.Lab.Demo;

/// <summary>Quantities as people read them.</summary>
internal static class DemoText
{
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    public static string Megabytes(long bytes) => bytes == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB");

    public static string Milliseconds(double? ms) => ms is { } value ? string.Create(CultureInfo.InvariantCulture, $"{value:0} ms") : "";

    public static string Usd(decimal usd) => string.Create(CultureInfo.InvariantCulture, $"${usd:0.0000}");
}
