using System.Globalization;
using Rebalancer.Policy;
using Rebalancer.Rebalancing.WhatIf;
using Xunit.Abstractions;

namespace Rebalancer.Simulation.Tests;

/// <summary>
/// The invariants are looked at in the simulation itself, at each step and each move. REBALANCER_SOAK_SEEDS=N draws N seeds instead of the usual ones, and
/// with REBALANCER_SOAK_SECONDS=S costs are held against searches of S seconds.
/// </summary>
public sealed class SoakTests(ITestOutputHelper output)
{
    private const double MostRemoves = 0.01;
    private const double MostAboveLongSearch = 0.05;
    private static readonly TimeSpan Never = TimeSpan.Zero;

    public static TheoryData<int> Seeds
        => [.. Enumerable.Range(1, int.TryParse(Environment.GetEnvironmentVariable("REBALANCER_SOAK_SEEDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 24)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Soak_ADayWithFaults_NoInvariantIsBrokenAndPodsAreLeftAloneAndItIsCheap(int seed)
    {
        var soak = new Soak(seed, Soak.Rules);

        var report = await soak.RunAsync();

        var (nothing, live) = (report.Arms[0], report.Arms[2]);
        Assert.True(live.Moves > 50 && live.FailedMoves > 0 && live.Interruptions > 5, $"too little happened to say anything: {live}");
        Assert.True(report.Plans.RemoveShare < MostRemoves, $"{report.Plans.Removes} of {live.Moves} moves came within half an hour of the pod's last");
        Assert.True(live.TotalUsd < nothing.TotalUsd, $"it costs {live.TotalUsd}, and doing nothing {nothing.TotalUsd}");
        output.WriteLine($"above a long search: {string.Join(", ", soak.Costs.Select(c => c.Above.ToString("0.0%", CultureInfo.InvariantCulture)))}; {report.Plans.Removes} of {live.Moves} moves again");
        Assert.NotEmpty(soak.Costs);
        Assert.All(soak.Costs, c => Assert.True(c.Above <= MostAboveLongSearch, $"at {c.At:O} the cluster costs {c.Above:0.0%} more than a long search would make of it"));
    }

    /// <summary>What the re-move rate would be without the cool-downs: shows that it can be too high.</summary>
    [Fact]
    public async Task Soak_WithoutCoolDowns_PodsAreMovedAgainAndAgain()
    {
        var report = await new Soak(1, Soak.Hasty(new CoolDowns(Never, Never, Never, Never))).RunAsync(withCosts: false);

        Assert.True(report.Plans.RemoveShare > MostRemoves, $"{report.Plans.Removes} of {report.Arms[2].Moves} moves came within half an hour of the pod's last");
    }

    /// <summary>The same haste, and only the cool-downs hold it back.</summary>
    [Fact]
    public async Task Soak_HastyPlansWithCoolDowns_PodsAreLeftAlone()
    {
        var report = await new Soak(1, Soak.Hasty(CoolDowns.Default with { Plan = Never })).RunAsync(withCosts: false);

        Assert.True(report.Plans.RemoveShare < MostRemoves, $"{report.Plans.Removes} of {report.Arms[2].Moves} moves came within half an hour of the pod's last");
    }

    [Fact]
    public async Task Simulation_SameSeed_SameReport()
    {
        var (a, b, other) = (await Short(3), await Short(3), await Short(4));

        Assert.Equal(Text(a), Text(b));
        Assert.NotEqual(Text(a), Text(other));

        static Task<SimulationReport> Short(int seed) => new Soak(seed, Soak.Rules).RunAsync(days: 0.25, nodes: 40, withCosts: false);
    }

    [Fact]
    public async Task Simulation_Evicting_RestartsWhatMovesLive()
    {
        var report = await new Soak(5, Soak.Rules).RunAsync(days: 0.5, nodes: 60, withCosts: false);

        var (nothing, evict, live) = (report.Arms[0], report.Arms[1], report.Arms[2]);
        Assert.Equal(live.Moves + live.SavedPods + live.Restarts, evict.Restarts);
        Assert.Equal((evict.NodeUsd, evict.NodesEnd, 0.0), (live.NodeUsd, live.NodesEnd, evict.FrozenSeconds));
        Assert.True(evict.RestartSeconds > live.RestartSeconds);
        Assert.Equal((0, 0, 0m, 0.0), (nothing.Moves, nothing.SavedPods, nothing.MovingUsd, nothing.FrozenSeconds));
    }

    private static string Text(SimulationReport report) => string.Join('\n', report.Arms.Select(a => a.ToString()).Append(report.Plans.ToString()).Append($"{report.Arrivals} {report.Departures}"));
}
