using System.Text.Json.Nodes;

namespace Rebalancer.Testing.Errors;

/// <summary>A request that the API server refuses; becomes a Status object.</summary>
internal sealed class ApiException(int code, string reason, string message) : Exception(message)
{
    public int Code { get; } = code;

    /// <summary>Machine-readable reason: NotFound, Conflict, Invalid, ...</summary>
    public string Reason { get; } = reason;

    /// <summary>The Status's details: group, kind, name, uid, causes, retryAfterSeconds.</summary>
    public JsonObject? Details { get; init; }

    public JsonObject ToStatus()
    {
        var status = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Failure",
            ["message"] = Message,
            ["reason"] = Reason,
        };
        if (Details is not null)
        {
            status["details"] = Details.DeepClone();
        }

        status["code"] = Code;
        return status;
    }
}
