using System.Text.Json.Nodes;
using k8s;
using k8s.Models;

namespace Rebalancer.Descheduler.Webhook;

/// <summary>The part of an admission.k8s.io/v1 request that the claim needs.</summary>
internal sealed record AdmissionRequest(string Uid, string Namespace, bool IsPodCreation, bool DryRun, V1Pod? Pod)
{
    /// <exception cref="FormatException">Not an AdmissionReview of version v1 with a request.</exception>
    public static AdmissionRequest Parse(JsonNode? review)
    {
        if (review?["request"] is not JsonObject request || (string?)review["apiVersion"] != "admission.k8s.io/v1")
        {
            throw new FormatException($"expected an AdmissionReview of admission.k8s.io/v1 with a request, got apiVersion '{review?["apiVersion"]}'");
        }

        var creation = (string?)request["operation"] == "CREATE" && (string?)request["kind"]?["kind"] == "Pod" && string.IsNullOrEmpty((string?)request["subResource"]);
        return new AdmissionRequest(
            (string?)request["uid"] ?? "",
            (string?)request["namespace"] ?? "",
            creation,
            (bool?)request["dryRun"] ?? false,
            creation ? KubernetesJson.Deserialize<V1Pod>(request["object"]!.ToJsonString()) : null);
    }

    /// <summary>Allows, with a JSON patch or none. The claim never refuses a pod.</summary>
    public JsonObject Allow(string? jsonPatch)
    {
        var response = new JsonObject { ["uid"] = Uid, ["allowed"] = true };
        if (jsonPatch is not null)
        {
            response["patchType"] = "JSONPatch";
            response["patch"] = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(jsonPatch));
        }

        return new JsonObject { ["apiVersion"] = "admission.k8s.io/v1", ["kind"] = "AdmissionReview", ["response"] = response };
    }
}
