namespace Rebalancer.Agent.Preflight;

/// <summary>Why a pod cannot be moved; nothing was touched. <paramref name="Reason"/> is one of <see cref="Rebalancer.Kubernetes.Api.Reasons"/>.</summary>
internal sealed record Refusal(string Reason, string Message)
{
    /// <exception cref="MoveException">There is one.</exception>
    public static void Throw(Refusal? refusal)
    {
        if (refusal is not null) { throw new MoveException(refusal.Reason, refusal.Message); }
    }
}

/// <summary>
/// A step refused with a reason that the user may branch on. Its text ends in somebody's terminal and may have file names of the pod's choice in it: what a
/// terminal would obey is made plain.
/// </summary>
internal sealed class MoveException(string reason, string message, string? logLine = null, Exception? inner = null) : Exception(Plain(message), inner)
{
    public string Reason { get; } = reason;
    public string? LogLine { get; } = logLine is null ? null : Plain(logLine);

    internal static string Plain(string text) => text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsWhiteSpace(c) ? ' ' : char.IsControl(c) ? '?' : c)) : text;
}
