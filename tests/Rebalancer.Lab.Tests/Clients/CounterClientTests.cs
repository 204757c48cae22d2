using Rebalancer.Lab.Clients;

namespace Rebalancer.Lab.Tests.Clients;

public sealed class CounterClientTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Counter_RisingByOne_IsGood()
    {
        var enough = new TaskCompletionSource();
        await using var server = CountingServer.Answering(request =>
        {
            if (request == 100)
            {
                enough.TrySetResult();
            }

            return CountingServer.Integer(request + 41);
        });
        await using var client = await StartAsync(server);
        await enough.Task.WaitAsync(Patience);
        var report = await client.StopAsync();
        Assert.True(report.Good, report.FirstProblem);
        Assert.Equal(report.Replies + 41, report.LastValue);
        Assert.InRange(report.P99Ms, report.P50Ms, report.LongestStall.Ms);
    }

    [Theory]
    [InlineData(9)]
    [InlineData(11)]
    [InlineData(1)]
    public async Task Counter_ReplyLostOrTwice_IsWrong(long tenthValue)
    {
        await using var server = CountingServer.Answering(request => CountingServer.Integer(request == 10 ? tenthValue : request));
        await using var client = await StartAsync(server);
        var problem = await client.Problem.WaitAsync(Patience);
        Assert.Contains($"reply 10 was {tenthValue}, expected 10", problem, StringComparison.Ordinal);
        Assert.False(client.Report().Good);
    }

    [Fact]
    public async Task Counter_ErrorReply_IsWrongAndNamed()
    {
        await using var server = CountingServer.Answering(request => request < 5 ? CountingServer.Integer(request) : "-LOADING busy");
        await using var client = await StartAsync(server);
        Assert.Contains("-LOADING busy", await client.Problem.WaitAsync(Patience), StringComparison.Ordinal);
        Assert.Equal(1, client.Report().RepliesWrong);
    }

    [Fact]
    public async Task Counter_ServerCloses_IsBrokenOnceAndNotReopened()
    {
        await using var server = CountingServer.Answering(request => request < 20 ? CountingServer.Integer(request) : null);
        await using var client = await StartAsync(server);
        Assert.Contains("after 19 replies", await client.Problem.WaitAsync(Patience), StringComparison.Ordinal);
        var report = await client.StopAsync();
        Assert.Equal(1, report.ConnectionsBroken);
        Assert.Equal(0, report.RepliesWrong);
    }

    [Fact]
    public async Task Counter_ReplyOutstanding_CountsIntoTheWindow()
    {
        var reached = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        await using var server = new CountingServer(async (request, cancel) =>
        {
            if (request == 10)
            {
                reached.TrySetResult();
                await release.Task.WaitAsync(cancel);
            }

            return CountingServer.Integer(request);
        });
        await using var client = await StartAsync(server);
        await reached.Task.WaitAsync(Patience);
        client.OpenWindow();
        await PollAsync(() => client.Report().WindowStall.Ms > 50);
        release.SetResult();
        await PollAsync(() => client.Replies > 20);
        var report = client.Report();
        Assert.True(report.WindowStall.Ms > 50);
        Assert.Equal(report.WindowStall, report.LongestStall);
        client.OpenWindow();
        Assert.True(client.Report().WindowStall.Ms < 50);
        Assert.True(report.Good, report.FirstProblem);
    }

    private static Task<CounterClient> StartAsync(CountingServer server)
        => CounterClient.StartAsync(server.Address, new CounterClientOptions(), TimeProvider.System, CancellationToken.None);

    private static async Task PollAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(Patience);
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), deadline.Token);
        }
    }
}
