using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Rebalancer.Lab.Tests.Clients;

/// <summary>A server for one connection that answers each request with the next number, unless the test says otherwise for a given request (counted from 1).</summary>
internal sealed class CountingServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Task loop;

    /// <param name="answer">Reply line of a request, or null to close the connection there.</param>
    public CountingServer(Func<long, CancellationToken, Task<string?>> answer)
    {
        listener.Start();
        loop = RunAsync(answer);
    }

    public IPEndPoint Address => (IPEndPoint)listener.LocalEndpoint;

    public static CountingServer Answering(Func<long, string?> answer) => new((request, _) => Task.FromResult(answer(request)));

    public static string Integer(long value) => string.Create(CultureInfo.InvariantCulture, $":{value}");

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await loop;
        stop.Dispose();
    }

    private async Task RunAsync(Func<long, CancellationToken, Task<string?>> answer)
    {
        try
        {
            using var client = await listener.AcceptTcpClientAsync(stop.Token);
            var buffer = new byte[4096];
            for (var request = 1L; await client.GetStream().ReadAsync(buffer, stop.Token) > 0; request++)
            {
                if (await answer(request, stop.Token) is not { } reply)
                {
                    return;
                }

                await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(reply + "\r\n"), stop.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
        {
            // The test or the client has ended.
        }
    }
}
