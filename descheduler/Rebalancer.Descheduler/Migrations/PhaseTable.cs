using System.Collections.Frozen;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Migrations;

/// <summary>Which phase may follow which. A decision that an agent wrote may be met in any phase before it.</summary>
internal static class PhaseTable
{
    private static readonly FrozenDictionary<string, string[]> Next = new Dictionary<string, string[]>
    {
        [""] = [Phases.Pending],
        [Phases.Pending] = [Phases.Preflight, Phases.Failed, Phases.Aborting, Phases.Committed],
        [Phases.Preflight] = [Phases.PreCopying, Phases.Aborting, Phases.Committed],
        [Phases.PreCopying] = [Phases.Preparing, Phases.Aborting, Phases.Committed],
        [Phases.Preparing] = [Phases.Freezing, Phases.Aborting, Phases.Committed],
        [Phases.Freezing] = [Phases.Restoring, Phases.Aborting, Phases.Committed],
        [Phases.Restoring] = [Phases.Aborting, Phases.Committed],
        [Phases.Committed] = [Phases.Succeeded, Phases.Failed],
        [Phases.Aborting] = [Phases.RolledBack, Phases.Failed],
        [Phases.Succeeded] = [],
        [Phases.RolledBack] = [],
        [Phases.Failed] = [],
    }.ToFrozenDictionary();

    public static IEnumerable<string> All => Next.Keys;

    public static bool Allows(string from, string to) => Next.TryGetValue(from, out var next) && next.Contains(to);

    /// <exception cref="IllegalPhaseException">The move must not go this way.</exception>
    public static void Check(string migration, string from, string to)
    {
        if (!Allows(from, to))
        {
            throw new IllegalPhaseException($"Migration {migration}: status.phase may not go from '{from}' to '{to}'");
        }
    }
}

internal sealed class IllegalPhaseException(string message) : InvalidOperationException(message);
