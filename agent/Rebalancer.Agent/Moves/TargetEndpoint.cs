using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Moves;

/// <summary>Where the agent of a move's target is reached.</summary>
internal static class TargetEndpoint
{
    /// <returns>"IP:PORT", as that agent has published it.</returns>
    /// <exception cref="MoveException">There is no such node, or no agent on it.</exception>
    public static async Task<string> FindAsync(MoveServices services, Migration migration, CancellationToken cancellation)
    {
        var name = migration.Status.TargetNode ?? throw new MoveException(Reasons.TargetUnknown, "the Migration names no target node");
        var node = await services.Api.ReadNodeAsync(name, cancellation) ?? throw new MoveException(Reasons.TargetUnknown, $"node {name} does not exist");
        return node.Metadata.Annotations is { } annotations && annotations.TryGetValue(Names.AgentEndpoint, out var endpoint)
            ? endpoint : throw new MoveException(Reasons.AgentMissing, $"node {name} has no annotation {Names.AgentEndpoint}: no agent runs there");
    }
}
