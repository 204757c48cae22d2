using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Agent.Cluster;

/// <summary>The JSON patch that decides a move, once: its tests fail when somebody has decided before, or when another Migration has the name.</summary>
internal static class DecisionPatch
{
    public static string Of(string uid, string decision, string? reason, string? message)
    {
        if (decision is not (Decision.Committed or Decision.Aborted)) { throw new ArgumentOutOfRangeException(nameof(decision), decision, "not a decision"); }
        var patch = new JsonPatch().Test("/metadata/uid", uid).Test("/status/decision", Decision.None).Replace("/status/decision", decision);
        if (reason is not null) { patch.Set("/status/reason", reason); }
        if (message is not null) { patch.Set("/status/message", message); }
        return patch.ToJson();
    }
}
