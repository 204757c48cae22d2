using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Rebalancer.Benchmarks.Migration.ByHand;

namespace Rebalancer.Benchmarks.Tests.Migration.ByHand;

public sealed class FileStreamsTests : IDisposable
{
    private readonly DirectoryInfo from = Directory.CreateTempSubdirectory("carry-from");
    private readonly DirectoryInfo to = Directory.CreateTempSubdirectory("carry-to");

    [Fact]
    public async Task Send_EmptySmallAndLargeFiles_ArriveAsTheyWere()
    {
        int[] sizes = [0, 1, 64 * 1024, (64 * 1024) + 1, 5_000_000];
        foreach (var size in sizes) { await File.WriteAllBytesAsync($"{from.FullName}/{size}.img", Enumerable.Range(0, size).Select(i => (byte)(i * 7)).ToArray()); }
        using var pair = await ConnectedAsync();
        var received = Task.Run(() => FileStreams.Receive(pair.Server, to.FullName, limitBytes: 10_000_000));

        Assert.Equal(sizes.Sum(), await Task.Run(() => FileStreams.Send(pair.Client, from.FullName)));
        Assert.Equal(sizes.Sum(), await received);
        foreach (var size in sizes) { Assert.Equal(await File.ReadAllBytesAsync($"{from.FullName}/{size}.img"), await File.ReadAllBytesAsync($"{to.FullName}/{size}.img")); }
    }

    [Theory]
    [InlineData("../up", 1)]
    [InlineData("..", 1)]
    [InlineData("a/b", 1)]
    [InlineData("fine", 101)]
    [InlineData("fine", -1)]
    public async Task Receive_WhatIsNoPlainFileWithinTheLimit_IsRefusedAndWritesNothing(string name, long length)
    {
        using var pair = await ConnectedAsync();
        pair.Client.Send(Header(name, length));

        await Assert.ThrowsAsync<InvalidDataException>(() => Task.Run(() => FileStreams.Receive(pair.Server, to.FullName, limitBytes: 100)));
        Assert.Empty(to.EnumerateFileSystemInfos());
    }

    [Fact]
    public async Task Receive_SenderEndsInTheMiddleOfAFile_Fails()
    {
        using var pair = await ConnectedAsync();
        pair.Client.Send([.. Header("half", 10), 1, 2, 3]);
        pair.Client.Shutdown(SocketShutdown.Send);

        await Assert.ThrowsAsync<EndOfStreamException>(() => Task.Run(() => FileStreams.Receive(pair.Server, to.FullName, limitBytes: 100)));
    }

    public void Dispose()
    {
        from.Delete(recursive: true);
        to.Delete(recursive: true);
    }

    private static byte[] Header(string name, long length)
    {
        var header = new byte[12];
        BinaryPrimitives.WriteInt32LittleEndian(header, name.Length);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(4), length);
        return [.. header, .. Encoding.UTF8.GetBytes(name)];
    }

    private static async Task<ConnectedSockets> ConnectedAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndpoint);
        return new ConnectedSockets(client, await listener.AcceptSocketAsync());
    }

    private sealed record ConnectedSockets(Socket Client, Socket Server) : IDisposable
    {
        public void Dispose()
        {
            Client.Dispose();
            Server.Dispose();
        }
    }
}
