using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Rebalancer.Lab.Clients;

/// <summary>One TCP connection to a server that answers numbered lines by a <see cref="RequestChain"/>. It never reconnects.</summary>
internal sealed class ChainConnection : IDisposable
{
    private const string Good = "ok ";

    private readonly TcpClient client;
    private readonly StreamReader reader;
    private readonly StreamWriter writer;
    private readonly RequestChain chain = new();

    private ChainConnection(TcpClient client)
    {
        this.client = client;
        reader = new StreamReader(client.GetStream());
        writer = new StreamWriter(client.GetStream()) { AutoFlush = true };
    }

    public long Requests => chain.Number;

    public static async Task<ChainConnection> OpenAsync(IPEndPoint server, CancellationToken cancel)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(server, cancel);
        return new ChainConnection(client);
    }

    /// <exception cref="WrongReplyException">The reply is not that of a server that has seen every earlier request once.</exception>
    public async Task AskAsync(CancellationToken cancel)
    {
        var expected = chain.Next();
        var reply = await SayAsync(chain.Number.ToString(CultureInfo.InvariantCulture), cancel);
        if (reply != expected)
        {
            throw new WrongReplyException($"request {chain.Number} was answered '{reply}' instead of '{expected}'");
        }
    }

    /// <summary>Has the server compare what it holds with what it must.</summary>
    /// <returns>What it has compared.</returns>
    /// <exception cref="WrongReplyException">Something differs; the message is the server's.</exception>
    public async Task<string> CheckAsync(CancellationToken cancel) =>
        await SayAsync("check", cancel) is var reply && reply.StartsWith(Good, StringComparison.Ordinal) ? reply[Good.Length..] : throw new WrongReplyException(reply);

    public void Dispose()
    {
        reader.Dispose();
        client.Dispose();
    }

    private async Task<string> SayAsync(string line, CancellationToken cancel)
    {
        await writer.WriteAsync($"{line}\n".AsMemory(), cancel);
        return await reader.ReadLineAsync(cancel) ?? throw new IOException("the server closed the connection");
    }
}
