using System.Net;
using Rebalancer.Lab.Clients;

namespace Rebalancer.Lab.Tests.Clients;

public sealed class RespConnectionTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task ReadBulk_ValueWithLineEndsInIt_IsReadWholeAndNothingBeyond()
    {
        await using var server = CountingServer.Answering(request => request == 1 ? "$6\r\nab\r\ncd" : ":2");
        using var connection = await AskAsync(server.Address);

        Assert.Equal("ab\r\ncd"u8.ToArray(), connection.ReadBulk(Limit, CancellationToken.None));
        connection.Send("x"u8);
        Assert.Equal(2, connection.ReadInteger(Limit, CancellationToken.None));
    }

    [Fact]
    public async Task ReadBulk_NoSuchKey_IsNone()
    {
        await using var server = CountingServer.Answering(_ => "$-1");
        using var connection = await AskAsync(server.Address);

        Assert.Null(connection.ReadBulk(Limit, CancellationToken.None));
    }

    [Theory]
    [InlineData("$65535")]
    [InlineData("$99999999999999")]
    [InlineData("$-2")]
    [InlineData("+OK")]
    [InlineData("-ERR no")]
    public async Task ReadBulk_NoBulkReplyThatFits_IsRefused(string line)
    {
        await using var server = CountingServer.Answering(_ => line);
        using var connection = await AskAsync(server.Address);

        Assert.Throws<RespException>(() => connection.ReadBulk(Limit, CancellationToken.None));
    }

    private static async Task<RespConnection> AskAsync(IPEndPoint server)
    {
        var connection = await RespConnection.ConnectAsync(server, TimeProvider.System, CancellationToken.None);
        connection.Send("x"u8);
        return connection;
    }
}
