using System.Net;
using System.Net.Sockets;
using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Product;

/// <summary>Waits until a program of the product accepts connections.</summary>
internal static class Readiness
{
    private const int LogLines = 20;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <exception cref="TimeoutException">Not within the limit; the message holds the end of its log.</exception>
    public static async Task WaitAsync(string what, string log, IReadOnlyList<EndPoint> endPoints, CancellationToken cancel)
    {
        try
        {
            foreach (var endPoint in endPoints)
            {
                await Poll.UntilAsync(() => AcceptsAsync(endPoint, cancel), Limit, what, cancel);
            }
        }
        catch (TimeoutException error)
        {
            var tail = File.Exists(log) ? string.Join('\n', File.ReadLines(log).TakeLast(LogLines)) : "";
            throw new TimeoutException($"{error.Message}; its log ends:\n{tail}", error);
        }
    }

    private static async Task<bool> AcceptsAsync(EndPoint endPoint, CancellationToken cancel)
    {
        try
        {
            using var socket = endPoint is UnixDomainSocketEndPoint
                ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
                : new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(endPoint, cancel);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
