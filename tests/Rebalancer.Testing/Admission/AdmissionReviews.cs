using System.Text.Json.Nodes;
using Rebalancer.Testing.Objects;

namespace Rebalancer.Testing.Admission;

/// <summary>Writes and reads admission.k8s.io/v1 AdmissionReview.</summary>
internal static class AdmissionReviews
{
    public static JsonObject Write(AdmissionRequest request, string uid)
    {
        var resource = request.Resource;
        var (group, version, kind) = request.ObjectKind ?? (resource.Group, resource.Version, resource.Kind);
        JsonObject Kind() => new() { ["group"] = group, ["version"] = version, ["kind"] = kind };
        JsonObject Resource() => new() { ["group"] = resource.Group, ["version"] = resource.Version, ["resource"] = resource.Plural };
        var body = new JsonObject
        {
            ["uid"] = uid,
            ["kind"] = Kind(),
            ["resource"] = Resource(),
            ["requestKind"] = Kind(),
            ["requestResource"] = Resource(),
            ["operation"] = request.Operation,
            ["userInfo"] = new JsonObject { ["username"] = request.Options.User, ["groups"] = new JsonArray("system:authenticated") },
            ["object"] = request.Object?.DeepClone(),
            ["oldObject"] = request.OldObject?.DeepClone(),
            ["dryRun"] = request.Options.DryRun,
            ["options"] = new JsonObject { ["kind"] = OptionsKind(request.Operation), ["apiVersion"] = "meta.k8s.io/v1" },
        };
        Add(body, "name", request.Name);
        Add(body, "namespace", resource.Plural == "namespaces" && resource.Group.Length == 0 ? request.Name : request.Namespace);
        Add(body, "subResource", request.Options.Subresource);
        Add(body, "requestSubResource", request.Options.Subresource);
        return new() { ["kind"] = "AdmissionReview", ["apiVersion"] = "admission.k8s.io/v1", ["request"] = body };
    }

    /// <summary>The response of a review.</summary>
    /// <exception cref="WebhookCallException">It is none, or answers another request.</exception>
    public static JsonObject Read(JsonNode? review, string uid)
    {
        if (review?["response"] is not JsonObject response)
        {
            throw new WebhookCallException("the webhook's answer has no response");
        }

        return response.Text("uid") == uid
            ? response
            : throw new WebhookCallException($"expected response.uid=\"{uid}\", got \"{response.Text("uid")}\"");
    }

    private static string OptionsKind(string operation) => operation switch { "UPDATE" => "UpdateOptions", "DELETE" => "DeleteOptions", _ => "CreateOptions" };

    private static void Add(JsonObject body, string name, string value)
    {
        if (value.Length > 0)
        {
            body[name] = value;
        }
    }
}
