using System.Text.Json.Nodes;

namespace Rebalancer.Testing.Errors;

/// <summary>A request that the API server refuses; becomes a Status object.</summary>
internal sealed class ApiException(int code, string reason, string message, Exception? inner = null) : Exception(message, inner)
{
    public int Code { get; } = code;

    /// <summary>Machine-readable reason: NotFound, Conflict, Invalid, ...</summary>
    public string Reason { get; } = reason;

    /// <summary>Token by which an expired list can be continued, at the price of consistency.</summary>
    public string? Continue { get; init; }

    /// <summary>The Status's details: group, kind, name, uid, causes, retryAfterSeconds.</summary>
    public JsonObject? Details { get; init; }

    public JsonObject ToStatus()
    {
        var status = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = Continue is null ? new JsonObject() : new JsonObject { ["continue"] = Continue },
            ["status"] = "Failure",
            ["message"] = Message,
        };
        if (Reason.Length > 0)
        {
            status["reason"] = Reason;
        }

        if (Details is not null)
        {
            status["details"] = Details.DeepClone();
        }

        status["code"] = Code;
        return status;
    }
}
