using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Local.TcpRepair;

/// <summary>What a TCP connection has received and its process has not read yet.</summary>
internal static class TcpReceiveQueue
{
    private const nuint BytesToRead = 0x541B; // FIONREAD
    private const int SolSocket = 1, SoDomain = 39, SoProtocol = 38;
    private const int AfInet = 2, AfInet6 = 10, ProtocolTcp = 6;

    public static bool IsOfTcp(Descriptor socket) =>
        ProcessSockets.Option(socket, SolSocket, SoDomain) is AfInet or AfInet6 && ProcessSockets.Option(socket, SolSocket, SoProtocol) == ProtocolTcp;

    /// <summary>False also for one that listens.</summary>
    public static bool HasMore(Descriptor socket)
    {
        var bytes = 0;
        return Libc.Control(socket.Number, BytesToRead, ref bytes) == 0 && bytes > 0;
    }
}
