using System.Net;
using System.Net.Sockets;
using Rebalancer.Lab.Clients;

namespace Rebalancer.Lab.Workloads;

/// <summary>The lines that a training loop sends, over the one connection that it accepts.</summary>
internal sealed class LossCurve : IDisposable
{
    private readonly TcpClient client = new();
    private StreamReader? reader;

    public static async Task<LossCurve> OpenAsync(IPEndPoint server, TimeSpan limit, TimeProvider time, CancellationToken cancel)
    {
        var curve = new LossCurve();
        var started = time.GetTimestamp();
        while (!curve.client.Connected)
        {
            try
            {
                await curve.client.ConnectAsync(server, cancel);
            }
            catch (SocketException) when (time.GetElapsedTime(started) < limit)
            {
                // It makes its table before it listens.
                await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancel);
            }
        }

        curve.reader = new StreamReader(curve.client.GetStream());
        return curve;
    }

    /// <exception cref="WrongReplyException">The program ended.</exception>
    public async Task<string> NextAsync(CancellationToken cancel) => await reader!.ReadLineAsync(cancel) ?? throw new WrongReplyException("the training loop closed its connection");

    public void Dispose()
    {
        reader?.Dispose();
        client.Dispose();
    }
}
