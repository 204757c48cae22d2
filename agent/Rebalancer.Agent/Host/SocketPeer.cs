using System.Buffers.Binary;
using System.Net.Sockets;

namespace Rebalancer.Agent.Host;

/// <summary>Who listens on a unix socket, as the kernel knows it: by this the containerd is found that kubelet talks to, and no other.</summary>
internal static class SocketPeer
{
    private const int SolSocket = 1, SoPeerCred = 17, CredentialBytes = 12;

    /// <returns>Null: nobody listens.</returns>
    public static int? PidOf(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            var credentials = new byte[CredentialBytes];
            socket.GetRawSocketOption(SolSocket, SoPeerCred, credentials);
            var pid = BinaryPrimitives.ReadInt32LittleEndian(credentials);
            return pid > 0 ? pid : null;
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
