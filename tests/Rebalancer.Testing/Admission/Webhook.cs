using System.Text.Json;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Selectors;

namespace Rebalancer.Testing.Admission;

/// <summary>One webhook of a configuration.</summary>
internal sealed record Webhook(string Name, JsonElement Source)
{
    private const int DefaultTimeoutSeconds = 10;

    public TimeSpan Timeout => TimeSpan.FromSeconds(Source.Number("timeoutSeconds") ?? DefaultTimeoutSeconds);

    public bool IgnoresFailures => Source.Text("failurePolicy") == "Ignore";

    /// <summary>Whether the rules and selectors name this write.</summary>
    public bool Matches(AdmissionRequest request, JsonElement? namespaceObject)
    {
        if (!Source.Items("rules").Any(rule => ResourceRule.Matches(rule, request)))
        {
            return false;
        }

        if (namespaceObject is { } ns && !LabelSelector.Of(Source.At("namespaceSelector")).Matches(ns))
        {
            return false;
        }

        var selector = LabelSelector.Of(Source.At("objectSelector"));
        return selector.IsEmpty
            || new[] { request.Object, request.OldObject }.Any(o => o is not null && selector.Matches(JsonElement.Parse(Serialization.ToBytes(o))));
    }
}
