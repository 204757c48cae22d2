using System.Collections.Immutable;
using System.Globalization;
using k8s.Models;

namespace Rebalancer.Descheduler.Migrations;

/// <summary>Builds parts of a Migration's status by their JSON names.</summary>
internal static class StatusChange
{
    public const int MaxMessageLength = 4096;

    public static readonly ImmutableDictionary<string, object?> None = ImmutableDictionary<string, object?>.Empty;

    public static ImmutableDictionary<string, object?> WithReason(this ImmutableDictionary<string, object?> change, string? reason, string? message)
        => change.SetItem("reason", reason).SetItem("message", message is { Length: > MaxMessageLength } ? message[..MaxMessageLength] : message);

    public static ImmutableDictionary<string, object?> WithCondition(
        this ImmutableDictionary<string, object?> change, Observation o, string type, bool status, string reason, string message)
    {
        var before = change.GetValueOrDefault("conditions") as IList<V1Condition> ?? o.Status.Conditions ?? [];
        var value = status ? "True" : "False";
        var known = before.FirstOrDefault(c => c.Type == type);
        var condition = new V1Condition
        {
            Type = type,
            Status = value,
            Reason = reason,
            Message = message,
            LastTransitionTime = known?.Status == value ? known.LastTransitionTime : o.Now.UtcDateTime,
            ObservedGeneration = o.Migration.Metadata.Generation,
        };
        return change.SetItem("conditions", before.Where(c => c.Type != type).Append(condition).ToList());
    }

    public static bool IsTrue(this IList<V1Condition>? conditions, string type) => conditions?.Any(c => c.Type == type && c.Status == "True") ?? false;

    public static string Seconds(TimeSpan span) => span.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture) + " s";
}

/// <summary>Condition types of a Migration.</summary>
internal static class Conditions
{
    /// <summary>False while the move waits; the reason names what for.</summary>
    public const string Admitted = "Admitted";

    /// <summary>The move waits for a notice, with its memory on the target; the message says how much.</summary>
    public const string Holding = "Holding";

    /// <summary>The source was allowed to freeze.</summary>
    public const string Prepared = "Prepared";
    public const string Committed = "Committed";
    public const string Complete = "Complete";
}
