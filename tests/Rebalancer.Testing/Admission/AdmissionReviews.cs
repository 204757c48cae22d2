using System.Text.Json.Nodes;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Operations;

namespace Rebalancer.Testing.Admission;

/// <summary>Writes and reads admission.k8s.io/v1 AdmissionReview.</summary>
internal static class AdmissionReviews
{
    public static JsonObject Write(AdmissionRequest request, string uid) =>
        new() { ["kind"] = "AdmissionReview", ["apiVersion"] = "admission.k8s.io/v1", ["request"] = WriteRequest(request, uid) };

    /// <summary>The request within a review; what it has no value for is left out.</summary>
    public static JsonObject WriteRequest(AdmissionRequest request, string uid)
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
            ["userInfo"] = UserInfo(request.Options.Caller),
            ["object"] = request.Object?.DeepClone(),
            ["oldObject"] = request.OldObject?.DeepClone(),
            ["dryRun"] = request.Options.DryRun,
            ["options"] = new JsonObject { ["kind"] = OptionsKind(request.Operation), ["apiVersion"] = "meta.k8s.io/v1" },
        };
        Add(body, "name", request.Name);
        Add(body, "namespace", resource.Plural == "namespaces" && resource.Group.Length == 0 ? request.Name : request.Namespace);
        Add(body, "subResource", request.Options.Subresource);
        Add(body, "requestSubResource", request.Options.Subresource);
        return body;
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

    private static JsonObject UserInfo(Caller caller)
    {
        var info = new JsonObject { ["username"] = caller.Name, ["groups"] = new JsonArray("system:authenticated") };
        if (caller.Node.Length > 0)
        {
            info["extra"] = new JsonObject { ["authentication.kubernetes.io/node-name"] = new JsonArray(caller.Node) };
        }

        return info;
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
