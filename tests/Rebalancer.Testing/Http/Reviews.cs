using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Rebalancer.Testing.Objects;

namespace Rebalancer.Testing.Http;

/// <summary>Authentication and authorization reviews: everybody is the administrator and may do everything.</summary>
internal static class Reviews
{
    private const string User = "system:admin";

    public static IReadOnlyList<(string Group, string Plural, string Kind, bool Namespaced)> Served { get; } =
    [
        ("authentication.k8s.io", "tokenreviews", "TokenReview", false),
        ("authentication.k8s.io", "selfsubjectreviews", "SelfSubjectReview", false),
        ("authorization.k8s.io", "subjectaccessreviews", "SubjectAccessReview", false),
        ("authorization.k8s.io", "selfsubjectaccessreviews", "SelfSubjectAccessReview", false),
        ("authorization.k8s.io", "localsubjectaccessreviews", "LocalSubjectAccessReview", true),
        ("authorization.k8s.io", "selfsubjectrulesreviews", "SelfSubjectRulesReview", false),
    ];

    /// <returns>False when the path is none of a review.</returns>
    public static async Task<bool> TryHandleAsync(HttpContext context, string[] segments)
    {
        if (context.Request.Method != "POST" || segments is not ["apis", var group, "v1", .., var plural] || !Served.Any(r => r.Group == group && r.Plural == plural))
        {
            return false;
        }

        var review = await RequestBody.ReadObjectAsync(context);
        review["status"] = plural switch
        {
            "tokenreviews" => new JsonObject { ["authenticated"] = true, ["user"] = UserInfo(), ["audiences"] = review.At("spec", "audiences").Copy() ?? new JsonArray() },
            "selfsubjectreviews" => new JsonObject { ["userInfo"] = UserInfo() },
            "selfsubjectrulesreviews" => new JsonObject
            {
                ["incomplete"] = false,
                ["resourceRules"] = new JsonArray(new JsonObject { ["verbs"] = new JsonArray("*"), ["apiGroups"] = new JsonArray("*"), ["resources"] = new JsonArray("*") }),
                ["nonResourceRules"] = new JsonArray(new JsonObject { ["verbs"] = new JsonArray("*"), ["nonResourceURLs"] = new JsonArray("*") }),
            },
            _ => new JsonObject { ["allowed"] = true },
        };
        await Answer.JsonAsync(context, review, 201);
        return true;
    }

    private static JsonObject UserInfo() => new() { ["username"] = User, ["groups"] = new JsonArray("system:masters", "system:authenticated") };
}
