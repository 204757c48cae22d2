using System.Globalization;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Preflight;

/// <summary>
/// Whether CRIU, started by this agent, may read a process's limits (prlimit): its own user's it may, any other's only with CAP_SYS_RESOURCE. Pure.
/// </summary>
internal static class LimitRights
{
    private const int SysResource = 24;
    /// <summary>Real, effective and saved.</summary>
    private const int ComparedIds = 3;

    /// <param name="agentStatus">/proc/self/status.</param>
    /// <param name="status">/proc/PID/status of a process that is to move; empty when it has ended.</param>
    public static Refusal? Check(string agentStatus, string status, string container, int pid)
    {
        if (Fields(agentStatus, "CapEff:") is not [var mask] || !ulong.TryParse(mask, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var capabilities) || ((capabilities >> SysResource) & 1) != 0) { return null; }
        var (user, group) = (Ids(status, "Uid:"), Ids(status, "Gid:"));
        if (user.Length == 0 || (user.All(Ids(agentStatus, "Uid:")[..1].Contains) && group.All(Ids(agentStatus, "Gid:")[..1].Contains))) { return null; }
        return new(Reasons.AgentUnprivileged, $"process {pid} of container {container} runs as user {user[0]} and group {group[0]}, and CRIU may read its limits only with CAP_SYS_RESOURCE, which this node's agent does not have (a privileged container has it)");
    }

    private static string[] Ids(string status, string key) => [.. Fields(status, key).Take(ComparedIds)];

    private static string[] Fields(string status, string key) =>
        status.Split('\n').FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal))?[key.Length..].Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries) ?? [];
}
