using System.Globalization;
using Rebalancer.Rebalancing.WhatIf;
using Rebalancer.Simulation.Faults;

namespace Rebalancer.Simulation.Plans;

/// <summary>One seed's day with the service itself or its decisions alone, and what must hold of it beside what the simulation looks at in each step and each move.</summary>
internal static class SoakRun
{
    private const double MostRemoves = 0.01;
    private const double MostAboveLongSearch = 0.05;

    /// <summary>Without any of these a day says nothing of them.</summary>
    private static readonly string[] Expected =
    [
        ApiFaults.Conflict, ApiFaults.Broken, ApiFaults.Throttled, ApiFaults.LostRequest, ApiFaults.LostAnswer, ApiFaults.BrokenAnswer, ApiFaults.Duplicate, ApiFaults.AlreadyExists,
        ApiFaults.StaleWatch, ApiFaults.CutWatch, ApiFaults.Expired, ApiFaults.LeaderDies,
    ];

    /// <param name="hasService">Or its decisions alone, in memory.</param>
    /// <param name="tell">Of what has come out.</param>
    /// <returns>What did not hold.</returns>
    public static async Task<IReadOnlyList<string>> RunAsync(int seed, bool hasService, Action<string> tell)
    {
        var soak = new Soak(seed, Soak.Rules);
        try
        {
            var report = await (hasService ? soak.RunServiceAsync() : soak.RunAsync());
            var live = report.Arms[2];
            foreach (var plan in soak.Story) { tell(plan); }
            tell($"plans: {report.Plans}");
            tell($"moves: {live}");
            tell($"faults: {string.Join(", ", soak.ApiFaults.Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.Value} {f.Key}")))}");
            tell($"above a long search: {string.Join(", ", soak.Costs.Select(c => c.Above.ToString("0.0%", CultureInfo.InvariantCulture)))}; {report.Plans.Removes} of {live.Moves} moves again");
            return [.. Problems(soak, report), .. hasService ? Expected.Where(f => !soak.ApiFaults.ContainsKey(f)).Select(f => $"it never happened: {f}") : []];
        }
        catch (SimulationBrokenException e)
        {
            return [e.Message];
        }
    }

    private static IEnumerable<string> Problems(Soak soak, SimulationReport report)
    {
        var (nothing, live) = (report.Arms[0], report.Arms[2]);
        if (live is not { Moves: > 50, FailedMoves: > 0, Interruptions: > 5 } || soak.Costs.Count == 0) { yield return $"too little happened to say anything: {live}"; }
        if (report.Plans.RemoveShare >= MostRemoves) { yield return $"{report.Plans.Removes} of {live.Moves} moves came within half an hour of the pod's last"; }
        if (live.TotalUsd >= nothing.TotalUsd) { yield return $"it costs {live.TotalUsd}, and doing nothing {nothing.TotalUsd}"; }
        foreach (var (at, above) in soak.Costs.Where(c => c.Above > MostAboveLongSearch)) { yield return $"at {at:O} the cluster costs {above:0.0%} more than a long search would make of it"; }
    }
}
