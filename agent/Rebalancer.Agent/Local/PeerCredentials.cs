using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Rebalancer.Agent.Local;

/// <summary>Who is at the other end of a unix socket, as the kernel says (struct ucred).</summary>
internal readonly record struct PeerCredentials(int Pid, int Uid, int Gid)
{
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;

    public static PeerCredentials Of(Socket socket)
    {
        Span<byte> raw = stackalloc byte[12];
        var length = socket.GetRawSocketOption(SolSocket, SoPeerCred, raw);
        if (length != raw.Length) { throw new SocketException((int)SocketError.InvalidArgument); }
        var numbers = MemoryMarshal.Cast<byte, int>(raw);
        return new PeerCredentials(numbers[0], numbers[1], numbers[2]);
    }
}
