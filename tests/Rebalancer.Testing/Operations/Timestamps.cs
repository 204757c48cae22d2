using System.Globalization;

namespace Rebalancer.Testing.Operations;

/// <summary>Instants as Kubernetes writes them.</summary>
internal static class Timestamps
{
    /// <summary>metav1.Time: whole seconds.</summary>
    public static string Seconds(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    /// <summary>metav1.MicroTime.</summary>
    public static string Micros(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
}
