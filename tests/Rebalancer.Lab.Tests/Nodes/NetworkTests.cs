using System.Net;
using System.Net.Sockets;
using Rebalancer.Lab.Network;
using Rebalancer.Lab.Nodes;
using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Tests.Nodes;

/// <summary>The fabric: cuts and speeds, on real connections between the nodes.</summary>
[Collection(PlainNodesCollection.Name)]
public sealed class NetworkTests(PlainNodes nodes) : IDisposable
{
    private const int OtherPort = 7000;
    private readonly CancellationTokenSource limit = new(TimeSpan.FromMinutes(1));

    public void Dispose() => limit.Dispose();

    [Fact]
    public async Task Cut_OfAgents_TakesOnlyTheirConnectionsUntilHealed()
    {
        await using var agent = await ListenAsync(Addresses.AgentPort);
        await using var other = await ListenAsync(OtherPort);
        await nodes.Lab.CutAsync("n1", "n2", CutTraffic.Agents, limit.Token);
        Assert.False(await ReachesAsync(Addresses.AgentPort));
        Assert.True(await ReachesAsync(OtherPort));

        await nodes.Lab.HealAsync("n1", "n2", limit.Token);
        Assert.True(await ReachesAsync(Addresses.AgentPort));
    }

    [Fact]
    public async Task Cut_OfAll_SparesOtherPathsOfTheNodes()
    {
        await using var other = await ListenAsync(OtherPort);
        await nodes.Lab.CutAsync("n1", "n2", CutTraffic.All, limit.Token);
        Assert.False(await ReachesAsync(OtherPort));
        using var fromRoot = new TcpClient();
        await fromRoot.ConnectAsync(IPAddress.Parse(nodes.Second.Address), OtherPort, limit.Token);

        await nodes.Lab.HealAsync("n1", "n2", limit.Token);
        Assert.True(await ReachesAsync(OtherPort));
    }

    [Fact]
    public async Task CutApi_Node_ReachesTheRootNoMoreUntilHealed()
    {
        var port = new Uri(nodes.Lab.Api.Url).Port;
        await nodes.Lab.CutApiAsync("n1", limit.Token);
        Assert.False(await ReachesAsync(Addresses.Gateway, port));
        await nodes.Lab.HealApiAsync("n1", limit.Token);
        Assert.True(await ReachesAsync(Addresses.Gateway, port));
    }

    [Fact]
    public async Task LinkSpeed_Set_SlowsAndIsLifted()
    {
        const int Bytes = 4_000_000;
        await using var sender = nodes.Second.StartProcess("sender", "python3", "-c", Sender(Bytes));
        await nodes.Second.SetLinkSpeedAsync(40, limit.Token);
        // 32 megabits take 0.8 s, less what the bucket holds.
        Assert.InRange((await ReceiveAsync(Bytes)).TotalSeconds, 0.6, 10);
        await nodes.Second.SetLinkSpeedAsync(null, limit.Token);
        Assert.InRange((await ReceiveAsync(Bytes)).TotalSeconds, 0, 0.6);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public async Task LinkSpeed_OfNoSpeed_IsRefused(double mbitPerS) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => nodes.Second.SetLinkSpeedAsync(mbitPerS, limit.Token));

    private static string Sender(int bytes) => $"""
        import socket
        s = socket.create_server(("0.0.0.0", {OtherPort}))
        while True:
            c, _ = s.accept()
            c.sendall(bytes({bytes}))
            c.close()
        """;

    private async Task<TimeSpan> ReceiveAsync(int bytes)
    {
        using var client = new TcpClient();
        await Poll.UntilAsync(() => ConnectsAsync(client), TimeSpan.FromSeconds(10), "the sender listens", limit.Token);
        var started = TimeProvider.System.GetTimestamp();
        await client.GetStream().ReadExactlyAsync(new byte[bytes], limit.Token);
        return TimeProvider.System.GetElapsedTime(started);
    }

    private async Task<bool> ConnectsAsync(TcpClient client)
    {
        try
        {
            await client.ConnectAsync(IPAddress.Parse(nodes.Second.Address), OtherPort, limit.Token);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async Task<NodeProcess> ListenAsync(int port)
    {
        var listener = nodes.Second.StartProcess("listener", "python3", "-m", "http.server", $"{port}");
        await Poll.UntilAsync(() => ReachesAsync(port), TimeSpan.FromSeconds(10), $"port {port} listens", limit.Token);
        return listener;
    }

    private Task<bool> ReachesAsync(int port) => ReachesAsync(nodes.Second.Address, port);

    private async Task<bool> ReachesAsync(string address, int port) =>
        (await nodes.First.RunAsync(limit.Token, "timeout", "1", "bash", "-c", $"exec 3<>/dev/tcp/{address}/{port}")).ExitCode == 0;
}
