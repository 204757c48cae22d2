using System.Text.Json.Nodes;
using Rebalancer.Testing.Objects;

namespace Rebalancer.Testing.Kinds;

/// <summary>A pod's QoS class by its cpu and memory requests and limits.</summary>
internal static class QualityOfService
{
    public static string Of(JsonObject spec)
    {
        var containers = spec.Objects("containers").Concat(spec.Objects("initContainers")).ToList();
        var any = containers.Any(c => Has(c, "requests") || Has(c, "limits"));
        if (!any)
        {
            return "BestEffort";
        }

        return containers.All(IsGuaranteed) ? "Guaranteed" : "Burstable";
    }

    private static bool Has(JsonObject container, string what) =>
        container.At("resources", what, "cpu") is not null || container.At("resources", what, "memory") is not null;

    private static bool IsGuaranteed(JsonObject container) =>
        new[] { "cpu", "memory" }.All(resource =>
            container.At("resources", "limits", resource) is { } limit
            && (container.At("resources", "requests", resource) is not { } request || JsonNode.DeepEquals(limit, request)));
}
