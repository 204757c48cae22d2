using System.Text.Json;
using Rebalancer.Testing.Objects;

namespace Rebalancer.Testing.Admission;

/// <summary>A rule that names writes, as webhooks and policies have them: operations, groups, versions, resources and scope.</summary>
internal static class ResourceRule
{
    public static bool Matches(JsonElement rule, AdmissionRequest request)
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
