using System.Globalization;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Controllers;

/// <summary>Reads a pod's conditions.</summary>
internal static class PodConditions
{
    public static bool IsReady(StoredObject pod) => pod.Root.Items("status", "conditions").Any(c => c.Text("type") == "Ready" && c.Text("status") == "True");

    public static DateTimeOffset? ReadySince(StoredObject pod) => pod.Root.Items("status", "conditions")
        .Where(c => c.Text("type") == "Ready" && c.Text("status") == "True")
        .Select(c => Instant(c.Text("lastTransitionTime")))
        .FirstOrDefault();

    public static DateTimeOffset? CreatedAt(StoredObject pod) => Instant(pod.Root.Text("metadata", "creationTimestamp"));

    private static DateTimeOffset? Instant(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant) ? instant : null;
}
