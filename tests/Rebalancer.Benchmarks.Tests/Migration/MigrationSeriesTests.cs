using Rebalancer.Benchmarks.Migration;

namespace Rebalancer.Benchmarks.Tests.Migration;

/// <summary>In the lab, with the real tools: what the benchmark measures are moves that keep connections and data, whatever they cost.</summary>
public sealed class MigrationSeriesTests
{
    [Theory]
    [InlineData("runc")]
    [InlineData("podman")]
    [InlineData("rebalancer")]
    public async Task Run_ThereAndBackUnderLoad_KeepsConnectionsAndDataAndCarriesTheMemory(string method)
    {
        const int memoryMb = 32;
        using var output = new StringWriter();
        var series = new MigrationSeries(new Combination(method, memoryMb, WriteMbPerS: 5, LinkMbitPerS: 0, Moves: 2), TimeProvider.System, output);

        var result = await series.RunAsync(CancellationToken.None);

        Assert.True(series.Problem is null, output.ToString());
        Assert.Equal((2, 0, 0L), (result.Moves, result.ConnectionsBroken, result.RepliesWrong));
        Assert.Equal(method == "rebalancer", result.Strategy != "none");
        Assert.True(result.BytesP50 > memoryMb * 1_000_000L, $"{result.BytesP50} bytes between the nodes cannot hold {memoryMb} MB of random values");
        Assert.True(result.StallP50Ms > 0 && result.FreezeP50Ms <= result.TotalP50Ms, output.ToString());
        Assert.True(result.CpuSeconds > 0, output.ToString());
    }
}
