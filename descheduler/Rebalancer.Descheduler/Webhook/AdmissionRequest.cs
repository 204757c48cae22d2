using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s.Models;
using Rebalancer.Kubernetes.Mapping;

namespace Rebalancer.Descheduler.Webhook;

/// <summary>The part of an admission.k8s.io/v1 request that the webhooks need.</summary>
/// <param name="Pod">Of a pod's creation.</param>
/// <param name="IsEviction">The creation of pods/eviction; <paramref name="Name"/> is the pod's.</param>
internal sealed record AdmissionRequest(string Uid, string Namespace, string Name, bool IsPodCreation, bool IsEviction, bool DryRun, V1Pod? Pod)
{
    /// <summary>A key that stands twice is refused at once: the reader would throw when it looks for another.</summary>
    public static readonly JsonDocumentOptions Form = new() { AllowDuplicateProperties = false };

    /// <exception cref="FormatException">Not an AdmissionReview of version v1 with a request.</exception>
    public static AdmissionRequest Parse(JsonNode? review)
    {
        if (review?["request"] is not JsonObject request || (string?)review["apiVersion"] != "admission.k8s.io/v1")
        {
            throw new FormatException($"expected an AdmissionReview of admission.k8s.io/v1 with a request, got apiVersion '{review?["apiVersion"]}'");
        }

        var (kind, subresource) = ((string?)request["kind"]?["kind"], (string?)request["subResource"]);
        var creates = (string?)request["operation"] == "CREATE";
        var pod = creates && kind == "Pod" && string.IsNullOrEmpty(subresource);
        return new AdmissionRequest(
            (string?)request["uid"] ?? "",
            (string?)request["namespace"] ?? "",
            (string?)request["name"] ?? "",
            pod,
            creates && kind == "Eviction" && subresource == "eviction",
            (bool?)request["dryRun"] ?? false,
            pod ? PodOf(request["object"]) : null);
    }

    private static V1Pod PodOf(JsonNode? created) => created is JsonObject pod
        ? ForeignObject.Read<V1Pod>(Encoding.UTF8.GetBytes(pod.ToJsonString()))
        : throw new FormatException("expected the pod that is created in request.object");
}
