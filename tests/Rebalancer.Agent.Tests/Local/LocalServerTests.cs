using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Rebalancer.Agent.Local;

namespace Rebalancer.Agent.Tests.Local;

public sealed class LocalServerTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private readonly string folder = Directory.CreateTempSubdirectory("local-").FullName;
    private readonly Handler handler = new();
    private LocalServer server = null!;
    private string SocketPath => Path.Combine(folder, "run", "agent.sock");

    public Task InitializeAsync() => StartAsync(allowedUid: 0);

    public async Task DisposeAsync()
    {
        await server.StopAsync(CancellationToken.None);
        Directory.Delete(folder, recursive: true);
    }

    public void Dispose() => server.Dispose();

    [Fact]
    public async Task Request_Answered_AsOneLine()
    {
        var reply = await AskAsync("""{"op":"cni-add","podUid":"p","unknownField":1}""" + "\n");
        Assert.Contains("\"message\":\"cni-add p\"", reply, StringComparison.Ordinal);
        Assert.Equal(reply.Length - 1, reply.IndexOf('\n', StringComparison.Ordinal));
    }

    [Fact]
    public async Task Request_InPieces_IsPutTogether()
    {
        using var socket = await ConnectAsync();
        foreach (var piece in new[] { """{"op":"cn""", """i-del"}""", "\n" }) { await socket.SendAsync(Encoding.UTF8.GetBytes(piece)); }
        Assert.StartsWith("""{"action":"proceed""", await ReadAsync(socket), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no json\n")]
    [InlineData("{}\n")]
    [InlineData("[1]\n")]
    [InlineData("\n")]
    public async Task Request_Malformed_IsHungUpOnWithoutAnAnswer(string line) => Assert.Equal("", await AskAsync(line));

    [Fact]
    public async Task Request_LineWithoutEnd_IsHungUpOn()
    {
        using var socket = await ConnectAsync();
        var endless = new byte[4096];
        await Assert.ThrowsAnyAsync<SocketException>(async () =>
        {
            for (var sent = 0; sent < 100 * LocalServer.MaximumLineBytes; sent += endless.Length) { await socket.SendAsync(endless).WaitAsync(Limit); }
        });
    }

    [Fact]
    public async Task Request_HandlerFails_AnswersFail() => Assert.Contains("broken", await AskAsync("""{"op":"throw"}""" + "\n"), StringComparison.Ordinal);

    [Fact]
    public async Task Start_BesideAnotherAgent_IsRefusedAndLeavesItsSocket()
    {
        using var second = new LocalServer(SocketPath, handler, NullLogger<LocalServer>.Instance);
        var e = await Assert.ThrowsAsync<IOException>(() => second.StartAsync(CancellationToken.None));
        Assert.Contains("another agent", e.Message, StringComparison.Ordinal);
        Assert.Contains("cni-add p", await AskAsync("""{"op":"cni-add","podUid":"p"}""" + "\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Caller_HangsUpWhileWaiting_CancelsTheHandler()
    {
        var socket = await ConnectAsync();
        await socket.SendAsync("{\"op\":\"wait\"}\n"u8.ToArray());
        await handler.Waiting.Task.WaitAsync(Limit);
        socket.Dispose();
        await handler.Cancelled.Task.WaitAsync(Limit);
    }

    [Fact]
    public async Task Caller_OfAnotherUser_IsHungUpOn()
    {
        await server.StopAsync(CancellationToken.None);
        server.Dispose();
        await StartAsync(allowedUid: 12345);
        using var socket = await ConnectAsync();
        try
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes("""{"op":"cni-add"}""" + "\n"));
        }
        catch (SocketException)
        {
            // It has hung up already: it needs no word of the caller to know the user.
        }
        Assert.Equal("", await ReadAsync(socket));
        Assert.Equal(0, handler.Count);
    }

    [Fact]
    public void Folder_IsForRootOnly() => Assert.Equal(
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(SocketPath)!));

    private async Task StartAsync(int allowedUid)
    {
        server = new LocalServer(SocketPath, handler, NullLogger<LocalServer>.Instance, allowedUid);
        await server.StartAsync(CancellationToken.None);
    }

    private async Task<string> AskAsync(string line)
    {
        using var socket = await ConnectAsync();
        await socket.SendAsync(Encoding.UTF8.GetBytes(line));
        return await ReadAsync(socket);
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath));
        return socket;
    }

    private static async Task<string> ReadAsync(Socket socket)
    {
        using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream);
        try
        {
            return await reader.ReadToEndAsync().WaitAsync(Limit);
        }
        catch (IOException)
        {
            return "";
        }
    }

    private sealed class Handler : ILocalHandler
    {
        public TaskCompletionSource Waiting { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public int Count { get; private set; }

        public async Task<LocalReply> HandleAsync(LocalRequest request, CancellationToken callerGone)
        {
            Count++;
            if (request.Op == "throw") { throw new InvalidDataException("broken"); }
            if (request.Op == "wait")
            {
                using var registration = callerGone.Register(() => Cancelled.TrySetResult());
                Waiting.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, callerGone);
            }
            return new LocalReply { Action = LocalActions.Proceed, Message = $"{request.Op} {request.PodUid}" };
        }
    }
}
