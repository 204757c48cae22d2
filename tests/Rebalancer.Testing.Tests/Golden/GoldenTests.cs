using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;

namespace Rebalancer.Testing.Tests.Golden;

/// <summary>The controllers here against recordings of the real ones: after each step the same objects.</summary>
public sealed class GoldenTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    public static TheoryData<string> Cases => [.. GoldenCase.Names];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Steps_LeadToTheRecordedStates(string name)
    {
        var golden = GoldenCase.Load(name, GoldenCase.Folder);
        Assert.Equal(golden.Steps.Select(CasePlayer.Title), golden.Recorded.Select(s => s.After));
        using var limit = new CancellationTokenSource(Limit);
        var clock = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(50));
        await using var server = await ApiServer.StartAsync(new ApiServerOptions { Controllers = golden.Controllers, Time = golden.Waits ? clock : TimeProvider.System }, limit.Token);
        using var client = new HttpClient { BaseAddress = new Uri(server.Url) };
        var api = new ApiCaller(client, golden.Namespace);
        var aliases = new Aliases();
        var player = new CasePlayer(api, aliases, () => golden.Waits ? clock.GetUtcNow() : TimeProvider.System.GetUtcNow(), Advance);
        await player.BeginAsync(limit.Token);
        foreach (var (step, state) in golden.Steps.Zip(golden.Recorded))
        {
            await player.PlayAsync(step, limit.Token);
            await ReachAsync(api, aliases, state, limit.Token);
        }

        Task Advance(TimeSpan time)
        {
            clock.Advance(time);
            return Task.CompletedTask;
        }
    }

    private static async Task ReachAsync(ApiCaller api, Aliases aliases, GoldenState state, CancellationToken cancellationToken)
    {
        while (true)
        {
            var objects = await Snapshot.ReadAsync(api, CancellationToken.None);
            var seen = aliases.Copy();
            seen.Learn(objects);
            var actual = Snapshot.Of(objects, seen);
            if (JsonNode.DeepEquals(state.Objects, actual))
            {
                aliases.Learn(objects);
                return;
            }

            if (cancellationToken.IsCancellationRequested)
            {
                Assert.Fail($"after \"{state.After}\":\n{Differences.Between(state.Objects, actual)}");
            }

            await Task.Delay(Pause, CancellationToken.None);
        }
    }
}
