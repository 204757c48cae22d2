using System.Globalization;
using Xunit.Abstractions;

namespace Rebalancer.Simulation.Tests;

/// <summary>The simulation of moves in which everything fails. REBALANCER_FAULT_SEEDS=N plays N seeds instead of the usual ones.</summary>
public sealed class FaultSeedTests(ITestOutputHelper output)
{
    private const int UsualSeeds = 120;

    [Fact]
    public async Task Seeds_EverythingFails_NothingIsLostAndAllConverges()
    {
        var count = int.TryParse(Environment.GetEnvironmentVariable("REBALANCER_FAULT_SEEDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var asked) ? asked : UsualSeeds;

        var (exitCode, lines) = await SimulationProcess.PlayAsync("--seeds", count.ToString(CultureInfo.InvariantCulture));

        output.WriteLine(string.Join('\n', lines));
        Assert.True(exitCode == 0, string.Join('\n', lines));
        Assert.Matches("moves: .*[1-9][0-9]* RolledBack, .*[1-9][0-9]* Succeeded", lines[^1]);
    }

    /// <summary>Seeds that found something which the usual ones do not.</summary>
    [Theory]
    [InlineData(1324)]
    public async Task Seed_ThatFoundABug_IsWell(int seed)
    {
        var (exitCode, lines) = await SimulationProcess.PlayAsync("--seed", seed.ToString(CultureInfo.InvariantCulture));

        Assert.True(exitCode == 0, lines[^2]);
    }

    [Fact]
    public async Task Seed_PlayedTwice_HappensInTheSameWay()
    {
        var (one, again, other) = (await SimulationProcess.PlayAsync("--seed", "7"), await SimulationProcess.PlayAsync("--seed", "7"), await SimulationProcess.PlayAsync("--seed", "8"));

        Assert.StartsWith("hash ", one.Lines[^1], StringComparison.Ordinal);
        Assert.Equal(one.Lines, again.Lines);
        Assert.NotEqual(one.Lines[^1], other.Lines[^1]);
    }

    [Theory]
    [InlineData("DeletesBeforeCommit", "deleted the source .* before the commit")]
    public async Task Seeds_WithABugPutIn_FindIt(string canary, string harm)
    {
        var (exitCode, lines) = await SimulationProcess.PlayAsync("--canary", canary, "--seeds", "400", "--failures", "1");

        Assert.Equal(1, exitCode);
        Assert.Matches(harm, string.Join('\n', lines));
        output.WriteLine(lines[^1]);
    }
}
