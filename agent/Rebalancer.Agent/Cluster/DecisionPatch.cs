using System.Text.Json;
using System.Text.Json.Nodes;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Cluster;

/// <summary>The JSON patch that decides a move, once: its tests fail when somebody has decided before, or when another Migration has the name.</summary>
internal static class DecisionPatch
{
    public static string Of(string uid, string decision, string? reason, string? message)
    {
        if (decision is not (Decision.Committed or Decision.Aborted)) { throw new ArgumentOutOfRangeException(nameof(decision), decision, "not a decision"); }
        var operations = new JsonArray(
            Operation("test", "/metadata/uid", uid),
            Operation("test", "/status/decision", Decision.None),
            Operation("replace", "/status/decision", decision));
        if (reason is not null) { operations.Add(Operation("add", "/status/reason", reason)); }
        if (message is not null) { operations.Add(Operation("add", "/status/message", message)); }
        return operations.ToJsonString(JsonSerializerOptions.Default);
    }

    private static JsonObject Operation(string op, string path, string value) => new() { ["op"] = op, ["path"] = path, ["value"] = value };
}
