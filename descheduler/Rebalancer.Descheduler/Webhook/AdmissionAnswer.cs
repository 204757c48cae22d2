using System.Text;
using System.Text.Json.Nodes;

namespace Rebalancer.Descheduler.Webhook;

/// <summary>The response of an admission.k8s.io/v1 review.</summary>
internal abstract record AdmissionAnswer
{
    private AdmissionAnswer()
    {
    }

    /// <param name="JsonPatch">Of a mutating webhook; null: nothing is changed.</param>
    /// <param name="Warning">Shown to the caller, such as by kubectl.</param>
    public sealed record Allow(string? JsonPatch = null, string? Warning = null) : AdmissionAnswer;

    /// <param name="Code">HTTP status that the caller is given.</param>
    /// <param name="Reason">metav1.StatusReason.</param>
    public sealed record Deny(int Code, string Reason, string Message) : AdmissionAnswer;

    public JsonObject ToReview(string uid)
    {
        var response = new JsonObject { ["uid"] = uid, ["allowed"] = this is Allow };
        switch (this)
        {
            case Allow allow:
                if (allow.JsonPatch is not null)
                {
                    response["patchType"] = "JSONPatch";
                    response["patch"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(allow.JsonPatch));
                }

                if (allow.Warning is not null)
                {
                    response["warnings"] = new JsonArray(allow.Warning);
                }

                break;
            case Deny deny:
                response["status"] = new JsonObject { ["status"] = "Failure", ["code"] = deny.Code, ["reason"] = deny.Reason, ["message"] = deny.Message };
                break;
        }

        return new JsonObject { ["apiVersion"] = "admission.k8s.io/v1", ["kind"] = "AdmissionReview", ["response"] = response };
    }
}
