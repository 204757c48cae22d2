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
        if (!Source.Items("rules").Any(rule => RuleMatches(rule, request)))
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

    private static bool RuleMatches(JsonElement rule, AdmissionRequest request)
    {
        var resource = request.Resource;
        var scope = rule.Text("scope") ?? "*";
        return Has(rule, "operations", request.Operation)
            && Has(rule, "apiGroups", resource.Group)
            && Has(rule, "apiVersions", resource.Version)
            && (scope == "*" || (scope == "Namespaced") == resource.Namespaced)
            && rule.Items("resources").Any(r => ResourceMatches(r.GetString() ?? "", resource.Plural, request.Options.Subresource));
    }

    private static bool ResourceMatches(string pattern, string plural, string subresource)
    {
        var parts = pattern.Split('/');
        var named = parts[0] == "*" || parts[0] == plural;
        return parts.Length == 1 ? named && subresource.Length == 0 : named && (parts[1] == "*" || parts[1] == subresource);
    }

    private static bool Has(JsonElement rule, string field, string value) =>
        rule.Items(field).Any(item => item.GetString() is { } text && (text == "*" || text == value));
}
