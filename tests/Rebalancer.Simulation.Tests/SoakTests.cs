using System.Globalization;
using Rebalancer.Policy;
using Rebalancer.Rebalancing.WhatIf;
using Rebalancer.Simulation.Plans;
using Xunit.Abstractions;

namespace Rebalancer.Simulation.Tests;

/// <summary>
/// Days with the service itself, through an API server to which things go wrong, and shorter ones with its decisions alone. The invariants are looked at in the simulation itself, at each step and
/// each move; what must hold of a day is in <see cref="SoakRun"/>. REBALANCER_SOAK_SEEDS=N draws N seeds instead of the usual ones, a quarter of them for the service, and
/// with REBALANCER_SOAK_SECONDS=S costs are held against searches of S seconds.
/// </summary>
public sealed class SoakTests(ITestOutputHelper output)
{
    private const double MostRemoves = 0.01;
    private static readonly TimeSpan Never = TimeSpan.Zero;

    private static int Count { get; } = int.TryParse(Environment.GetEnvironmentVariable("REBALANCER_SOAK_SEEDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 24;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, Count)];

    /// <summary>A day of the service takes four times as long as one of its decisions.</summary>
    public static TheoryData<int> ServiceSeeds => [.. Enumerable.Range(1, (Count + 3) / 4)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Soak_ADayWithFaults_NoInvariantIsBrokenAndPodsAreLeftAloneAndItIsCheap(int seed)
        => Assert.Empty(await SoakRun.RunAsync(seed, hasService: false, output.WriteLine));

    [Theory]
    [MemberData(nameof(ServiceSeeds))]
    public async Task Soak_ADayOfTheServiceWithApiFaults_TheSameHoldsAndAllOfThemHappened(int seed)
    {
        var (exitCode, lines) = await SimulationProcess.PlayAsync("soak", "--seed", seed.ToString(CultureInfo.InvariantCulture));

        output.WriteLine(string.Join('\n', lines));
        Assert.True(exitCode == 0, string.Join('\n', lines));
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
