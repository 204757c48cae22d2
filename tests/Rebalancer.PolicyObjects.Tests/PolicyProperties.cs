using System.Globalization;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Xunit;

namespace Rebalancer.PolicyObjects.Tests;

public sealed class PolicyProperties
{
    /// <summary>What is taken is in range, and what is not is reported: nothing in between, whatever is written.</summary>
    [Property]
    public bool Number_AnyText_IsInRangeOrReported(NonNull<string> text)
    {
        var document = Documents.Policy("{}");
        document["spec"]!["stableHours"] = text.Get;

        var (rules, problems) = Documents.Read(document);

        return problems.Count == 0
            ? decimal.Parse(text.Get, CultureInfo.InvariantCulture) is >= 0.1m and <= 8760 and var hours && rules.Plan.StableHours == (double)hours
            : problems.Count == 1 && rules.Plan.StableHours == 24;
    }

    [Property]
    public bool Numbers_AnyInteger_InRangeOrReported(int moves, int nodes, int hours)
    {
        var document = Documents.Policy("{}");
        document["spec"]!["limits"] = new JsonObject { ["moves"] = moves };
        document["spec"]!["budgets"] = new JsonArray(new JsonObject { ["nodes"] = nodes });
        document["spec"]!["stableHours"] = hours;
        var expected = (moves is < 1 or > 2000 ? 1 : 0) + (nodes is < 0 or > 1_000_000 ? 1 : 0) + (hours is < 1 or > 8760 ? 1 : 0);

        return Documents.Read(document).Problems.Count == expected;
    }

    [Property]
    public bool Schedule_AnyText_NeverThrows(NonNull<string> schedule, NonNull<string> duration, NonNull<string> zone)
    {
        var document = Documents.Policy("{}");
        document["spec"]!["budgets"] = new JsonArray(new JsonObject { ["pods"] = 1, ["schedule"] = schedule.Get, ["duration"] = duration.Get, ["timeZone"] = zone.Get });

        var (rules, problems) = Documents.Read(document);

        return problems.Count > 0 || rules.Budgets[0].Window is not null;
    }
}
