using System.Collections.Immutable;

namespace Rebalancer.Policy.Windows;

/// <summary>
/// What a policy's budgets together allow, and when. Budgets that do not concern a reason count for nothing.
/// <list type="bullet">
/// <item>Where a budget of mode Allow has a window, nothing moves outside of all such windows. Inside several at once the largest amount counts, of nodes and of pods each;
/// one that says nothing of the one or the other does not limit it.</item>
/// <item>A budget of mode Allow without a window limits at all times, and several do so together.</item>
/// <item>While a budget of mode Deny is open nothing moves, whatever others allow.</item>
/// </list>
/// The clock alone decides, never an event that could be missed: see <see cref="BudgetWindow"/>, also for the days on which clocks are changed.
/// </summary>
public static class BudgetCalendar
{
    /// <summary>How far openings are looked for.</summary>
    public static readonly TimeSpan MaxLookAhead = TimeSpan.FromDays(400);

    /// <param name="totalNodes">That a percentage of nodes is of.</param>
    /// <param name="totalPods">That a percentage of pods is of.</param>
    public static Allowance At(ImmutableArray<MoveBudget> budgets, string reason, DateTimeOffset now, int totalNodes, int totalPods)
    {
        var windows = new OpenWindows();
        var (nodes, pods) = (default(int?), default(int?));
        var (closed, changesAt) = (default(string), default(DateTimeOffset?));
        for (var i = 0; i < budgets.Length; i++)
        {
            var budget = budgets[i];
            if (!budget.Concerns(reason))
            {
                continue;
            }

            var isOpen = budget.Window?.IsOpen(now) ?? true;
            changesAt = Earlier(changesAt, budget.Window?.ChangesAt(now));
            if (budget.Mode == BudgetMode.Deny)
            {
                closed ??= isOpen ? Name(i, budget) + " denies it" : null;
            }
            else if (budget.Window is not null)
            {
                windows.Add(Name(i, budget), isOpen, budget.Nodes?.Of(totalNodes), budget.Pods?.Of(totalPods));
            }
            else
            {
                (nodes, pods) = (Less(nodes, budget.Nodes?.Of(totalNodes)), Less(pods, budget.Pods?.Of(totalPods)));
            }
        }

        (nodes, pods) = (Less(nodes, windows.Nodes), Less(pods, windows.Pods));
        closed ??= windows.ClosedBecause ?? (nodes == 0 ? "0 nodes are allowed" : pods == 0 ? "0 pods are allowed" : null);
        return closed is null ? new Allowance(nodes, pods, null, changesAt) : new Allowance(0, 0, closed, changesAt);
    }

    /// <summary>The times from an instant on in which something may move for a reason, earliest first; fewer than asked for where there are no more within <see cref="MaxLookAhead"/>.</summary>
    public static IEnumerable<Opening> Next(ImmutableArray<MoveBudget> budgets, string reason, DateTimeOffset from, int count)
    {
        // Whether anything is allowed does not depend on totals: no percentage above 0 becomes 0.
        var (left, opened) = (count, default(DateTimeOffset?));
        DateTimeOffset? now = from;
        while (left > 0 && now < from + MaxLookAhead)
        {
            var allowance = At(budgets, reason, now.Value, 1, 1);
            if (allowance.IsClosed && opened is not null)
            {
                yield return new Opening(opened.Value, now);
                left--;
                opened = null;
            }
            else if (!allowance.IsClosed)
            {
                opened ??= now;
            }

            now = allowance.ChangesAt;
        }

        if (left > 0 && opened is not null)
        {
            yield return new Opening(opened.Value, null);
        }
    }

    private static string Name(int index, MoveBudget budget)
        => budget.Window is { } window ? $"budgets[{index}] ({budget.Mode}, '{window.Schedule.Text}' {window.Zone.Id} for {window.Duration:c})" : $"budgets[{index}] ({budget.Mode})";

    private static int? Less(int? a, int? b) => a is null ? b : b is null ? a : Math.Min(a.Value, b.Value);

    private static DateTimeOffset? Earlier(DateTimeOffset? a, DateTimeOffset? b) => a is null || b < a ? b ?? a : a;

    /// <summary>The budgets of mode Allow with windows: what those that are open allow together.</summary>
    private sealed class OpenWindows
    {
        private readonly List<string> closed = [];
        private bool isOpen;

        public int? Nodes { get; private set; }

        public int? Pods { get; private set; }

        /// <summary>There are windows, and none is open.</summary>
        public string? ClosedBecause => isOpen || closed.Count == 0 ? null : $"outside of {string.Join(" and ", closed)}";

        public void Add(string name, bool open, int? nodes, int? pods)
        {
            if (!open)
            {
                closed.Add(name);
                return;
            }

            (Nodes, Pods) = isOpen ? (More(Nodes, nodes), More(Pods, pods)) : (nodes, pods);
            isOpen = true;
        }

        private static int? More(int? a, int? b) => a is null || b is null ? null : Math.Max(a.Value, b.Value);
    }
}
