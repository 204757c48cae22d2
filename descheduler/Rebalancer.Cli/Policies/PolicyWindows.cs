using System.Collections.Immutable;
using System.Globalization;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Policy;
using Rebalancer.Policy.Windows;

namespace Rebalancer.Cli.Policies;

/// <summary>A policy's budgets on the calendar.</summary>
/// <param name="Reasons">What all budgets together come to, by the reason of a move.</param>
internal sealed record PolicyWindows(string Policy, IReadOnlyList<ReasonWindows> Reasons, IReadOnlyList<BudgetWindows> Budgets)
{
    /// <summary>Those that plans make.</summary>
    private static readonly string[] Planned = [MoveReasons.Consolidation, MoveReasons.Replacement];

    public static PolicyWindows Of(string name, RebalanceRules rules, DateTimeOffset now, int count) => new(
        name,
        [.. Planned.Select(r => OfReason(rules.Budgets, r, now, count))],
        [.. rules.Budgets.Select((b, i) => OfBudget(b, i, now, count))]);

    public static string Text(DateTimeOffset instant, TimeZoneInfo zone) => TimeZoneInfo.ConvertTime(instant, zone).ToString("ddd yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    private static ReasonWindows OfReason(ImmutableArray<MoveBudget> budgets, string reason, DateTimeOffset now, int count)
    {
        // Whether it is open does not depend on how many nodes and pods there are.
        var allowance = BudgetCalendar.At(budgets, reason, now, 1, 1);
        var openings = BudgetCalendar.Next(budgets, reason, now, count).ToList();
        var next = openings.FirstOrDefault();
        return new ReasonWindows(reason, !allowance.IsClosed, allowance.ClosedBecause, allowance.IsClosed ? next?.From : next?.Until, [.. openings.Select(o => OpeningTimes.Of(o, TimeZoneInfo.Utc))]);
    }

    private static BudgetWindows OfBudget(MoveBudget budget, int index, DateTimeOffset now, int count)
    {
        // A budget of its own opens when its window does, whatever it says then.
        ImmutableArray<MoveBudget> alone = [new MoveBudget { Window = budget.Window }];
        var zone = budget.Window?.Zone ?? TimeZoneInfo.Utc;
        return new BudgetWindows(
            $"spec.budgets[{index}]",
            budget.Mode.ToString(),
            budget.Nodes is { } nodes ? $"{nodes} nodes" : budget.Pods is { } pods ? $"{pods} pods" : null,
            [.. budget.Reasons.Order(StringComparer.Ordinal)],
            budget.Window is { } window ? $"{window.Schedule.Text} {window.Zone.Id} for {window.Duration:c}" : "always",
            zone.Id,
            budget.Window?.IsOpen(now) ?? true,
            [.. BudgetCalendar.Next(alone, "", now, count).Select(o => OpeningTimes.Of(o, zone))]);
    }
}

/// <param name="Until">When it closes, or opens; null: not in the time that was looked at.</param>
internal sealed record ReasonWindows(string Reason, bool Open, string? ClosedBecause, DateTimeOffset? Until, IReadOnlyList<OpeningTimes> Openings);

/// <param name="Reasons">Empty: all.</param>
internal sealed record BudgetWindows(string Field, string Mode, string? Amount, IReadOnlyList<string> Reasons, string Schedule, string TimeZone, bool Open, IReadOnlyList<OpeningTimes> Openings);

/// <param name="Until">Null: no end in sight.</param>
/// <param name="Local">From and until on the clocks of the zone, for people; so is <paramref name="Utc"/>.</param>
internal sealed record OpeningTimes(DateTimeOffset From, DateTimeOffset? Until, string Local, string Utc)
{
    public static OpeningTimes Of(Opening opening, TimeZoneInfo zone) => new(opening.From, opening.Until, Span(opening, zone), Span(opening, TimeZoneInfo.Utc));

    private static string Span(Opening opening, TimeZoneInfo zone) => $"{PolicyWindows.Text(opening.From, zone)} - {(opening.Until is { } until ? PolicyWindows.Text(until, zone) : "no end")}";
}
