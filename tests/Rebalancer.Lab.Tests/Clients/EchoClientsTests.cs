using Rebalancer.Lab.Clients;

namespace Rebalancer.Lab.Tests.Clients;

public sealed class EchoClientsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly EchoClientsOptions Options = new(Connections: 5, MinPauseMs: 1, MaxPauseMs: 3);

    [Fact]
    public async Task Echo_SameText_IsGoodOnEveryConnection()
    {
        var echoes = 0;
        var enough = new TaskCompletionSource();
        await using var server = await EchoServer.StartAsync(text =>
        {
            if (Interlocked.Increment(ref echoes) == 200)
            {
                enough.TrySetResult();
            }

            return text;
        });
        await using var clients = await EchoClients.StartAsync(server.Url, Options, TimeProvider.System, CancellationToken.None);
        await enough.Task.WaitAsync(Patience);
        var report = await clients.StopAsync();
        Assert.True(report.Good, report.FirstProblem);
        Assert.Equal(5, report.ConnectionsKept);
        Assert.All(report.LongestStallMsByConnection, ms => Assert.InRange(ms, double.Epsilon, report.LongestStall.Ms));
    }

    [Fact]
    public async Task Echo_OtherText_IsWrong()
    {
        await using var server = await EchoServer.StartAsync(text => text == "3:4" ? "3:5" : text);
        await using var clients = await EchoClients.StartAsync(server.Url, Options, TimeProvider.System, CancellationToken.None);
        Assert.Contains("sent '3:4' and got '3:5'", await clients.Problem.WaitAsync(Patience), StringComparison.Ordinal);
        Assert.Equal(1, clients.Report().RepliesWrong);
    }

    [Fact]
    public async Task Echo_ConnectionCut_IsBrokenAndOthersGoOn()
    {
        await using var server = await EchoServer.StartAsync(text => text == "2:10" ? null : text);
        await using var clients = await EchoClients.StartAsync(server.Url, Options, TimeProvider.System, CancellationToken.None);
        Assert.Contains("WebSocket connection 2 broken after 10 echoes", await clients.Problem.WaitAsync(Patience), StringComparison.Ordinal);
        var report = await clients.StopAsync();
        Assert.Equal(1, report.ConnectionsBroken);
        Assert.Equal(4, report.ConnectionsKept);
    }
}
