using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Migrations;

/// <summary>Whether a process that started on one CPU can go on on another.</summary>
internal static class CpuCheck
{
    private const int MaxListed = 10;

    /// <summary>
    /// Null if it can. The target needs every flag of the source, since the program may have chosen its code paths by them, and the same xsave area:
    /// CRIU refuses another size in either direction, also towards a newer CPU.
    /// </summary>
    public static string? Compare(NodeCpu? source, NodeCpu? target)
    {
        if (source is not { Flags.Length: > 0 } || target is not { Flags.Length: > 0 })
        {
            return $"the {(source is not { Flags.Length: > 0 } ? "source" : "target")} agent did not report its CPU, cpuPolicy is Strict";
        }

        var missing = source.Flags.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Except(target.Flags.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Order(StringComparer.Ordinal).ToList();
        if (missing.Count > 0)
        {
            var more = missing.Count > MaxListed ? $" and {missing.Count - MaxListed} more" : "";
            return $"the target's CPU lacks {string.Join(", ", missing.Take(MaxListed))}{more}";
        }

        return source.XsaveBytes == target.XsaveBytes ? null : $"xsave size mismatch: source {source.XsaveBytes} bytes, target {target.XsaveBytes} bytes";
    }
}
