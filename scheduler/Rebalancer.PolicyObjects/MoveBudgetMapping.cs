using System.Globalization;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Policy.Windows;

namespace Rebalancer.PolicyObjects;

/// <summary>One entry of spec.budgets.</summary>
internal static class MoveBudgetMapping
{
    private const string Utc = "UTC";
    private const int MaxAmount = 1_000_000;

    /// <summary>Those that plans make.</summary>
    private static readonly string[] Known = [MoveReasons.Consolidation, MoveReasons.Replacement];

    public static MoveBudget ToModel(PolicyFields fields, string field, BudgetSpec spec)
    {
        foreach (var reason in (spec.Reasons ?? []).Where(r => !Known.Contains(r)))
        {
            fields.Report(field + ".reasons", reason, string.Join(" or ", Known));
        }

        var mode = fields.Choice(field + ".mode", spec.Mode, BudgetMode.Allow, (BudgetModes.Allow, BudgetMode.Allow), (BudgetModes.Deny, BudgetMode.Deny));
        if (mode == BudgetMode.Allow && spec.Nodes is null == spec.Pods is null)
        {
            fields.Report(field, spec.Nodes is null ? "without nodes and pods" : "with nodes and pods", "exactly one of nodes and pods, for mode Allow says how much may be disturbed");
        }
        else if (mode == BudgetMode.Deny && (spec.Nodes ?? spec.Pods) is { } amount)
        {
            fields.Report(field, amount.Value, "neither nodes nor pods, for mode Deny lets nothing move");
        }

        return new MoveBudget
        {
            Mode = mode,
            Reasons = [.. spec.Reasons ?? []],
            Nodes = Amount(fields, field + ".nodes", spec.Nodes?.Value),
            Pods = Amount(fields, field + ".pods", spec.Pods?.Value),
            Window = Window(fields, field, spec),
        };
    }

    private static BudgetAmount? Amount(PolicyFields fields, string field, string? text)
    {
        if (text is null)
        {
            return null;
        }

        var isPercent = text.EndsWith('%');
        var most = isPercent ? 100 : MaxAmount;
        if (int.TryParse(isPercent ? text[..^1] : text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= most)
        {
            return new BudgetAmount(value, isPercent);
        }

        fields.Report(field, text, $"a number from 0 to {MaxAmount}, or a percentage from 0% to 100%");
        return null;
    }

    private static BudgetWindow? Window(PolicyFields fields, string field, BudgetSpec spec)
    {
        var duration = fields.Duration(field + ".duration", spec.Duration, BudgetWindow.MinDuration, BudgetWindow.MinDuration, BudgetWindow.MaxDuration);
        var zone = Zone(fields, field, spec.TimeZone);
        if (spec.Schedule is null)
        {
            Without(fields, field + ".duration", spec.Duration);
            Without(fields, field + ".timeZone", spec.TimeZone);
            return null;
        }

        if (spec.Duration is null)
        {
            fields.Report(field + ".duration", "", "how long the budget is open from each time of its schedule");
        }

        if (CronSchedule.TryParse(spec.Schedule, out var schedule, out var problem))
        {
            return new BudgetWindow(schedule!, duration, zone);
        }

        fields.Report(field + ".schedule", spec.Schedule, problem!);
        return null;
    }

    private static void Without(PolicyFields fields, string field, string? value)
    {
        if (value is not null)
        {
            fields.Report(field, value, "a schedule beside it");
        }
    }

    private static TimeZoneInfo Zone(PolicyFields fields, string field, string? name)
    {
        if (TimeZoneInfo.TryFindSystemTimeZoneById(name ?? Utc, out var zone))
        {
            return zone;
        }

        fields.Report(field + ".timeZone", name ?? Utc, "an IANA time zone such as Europe/Berlin");
        return TimeZoneInfo.Utc;
    }
}
