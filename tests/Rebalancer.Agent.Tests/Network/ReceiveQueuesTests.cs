using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Rebalancer.Agent.Network;
using Rebalancer.Agent.Preflight;

namespace Rebalancer.Agent.Tests.Network;

public sealed class ReceiveQueuesTests : IDisposable
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly ReceiveQueues queues = new(new ProcFolder(), TimeProvider.System);

    public ReceiveQueuesTests() => listener.Start();

    public void Dispose() => listener.Dispose();

    [Fact]
    public async Task Drain_NothingToRead_EndsAtOnce()
    {
        using var other = Start("deaf");
        using var connection = await listener.AcceptSocketAsync();

        Assert.True(await queues.DrainAsync([other.Pid], Long, CancellationToken.None));
    }

    [Fact]
    public async Task Drain_NobodyReads_EndsAtTheLimit()
    {
        using var other = Start("deaf");
        using var connection = await listener.AcceptSocketAsync();
        await connection.SendAsync("PING"u8.ToArray());

        Assert.False(await queues.DrainAsync([other.Pid], Short, CancellationToken.None));
    }

    [Fact]
    public async Task Drain_ReadInTheMeantime_EndsThen()
    {
        using var other = Start("slow");
        using var connection = await listener.AcceptSocketAsync();
        await connection.SendAsync("PING"u8.ToArray());
        var draining = queues.DrainAsync([other.Pid], Long, CancellationToken.None);
        Assert.False(draining.IsCompleted);

        other.Go();

        Assert.True(await draining);
    }

    [Fact]
    public async Task Drain_AllReadAndStillAtWork_EndsAtTheLimit()
    {
        using var other = Start("busy");
        using var connection = await listener.AcceptSocketAsync();

        Assert.False(await queues.DrainAsync([other.Pid], Short, CancellationToken.None));
    }

    [Fact]
    public async Task Drain_ProcessThatIsGone_HasNothing() => Assert.True(await queues.DrainAsync([int.MaxValue], Short, CancellationToken.None));

    private OtherProcess Start(string how) => new(how, ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture));
}
