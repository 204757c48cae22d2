using System.Net;
using System.Net.Sockets;

namespace Rebalancer.Lab.Clients;

/// <summary>Whether a server listens yet: a container runs a moment before its program does.</summary>
internal static class Listening
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    /// <exception cref="TimeoutException">It refused every connection for the whole limit.</exception>
    public static async Task WaitAsync(IPEndPoint server, TimeSpan limit, TimeProvider time, CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        while (!await AcceptsAsync(server, cancel))
        {
            if (time.GetElapsedTime(started) > limit)
            {
                throw new TimeoutException($"nothing listens on {server} after {limit.TotalSeconds:0} s");
            }

            await Task.Delay(Look, time, cancel);
        }
    }

    private static async Task<bool> AcceptsAsync(IPEndPoint server, CancellationToken cancel)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(2));
        try
        {
            await socket.ConnectAsync(server, limit.Token);
            return true;
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return false;
        }
    }
}
