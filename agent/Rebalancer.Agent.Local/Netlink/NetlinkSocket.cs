using System.Buffers.Binary;

namespace Rebalancer.Agent.Local.Netlink;

/// <summary>
/// A netlink socket of the namespace that the calling thread is in when it is made. The kernel works requests off inside send, so that
/// every answer is there when send returns; a time-out of a second guards against being wrong about that.
/// </summary>
public sealed class NetlinkSocket : IDisposable
{
    public const int Route = 0;
    public const int Netfilter = 12;

    public const int Request = 1;
    public const int Ack = 4;
    public const int Create = 0x400;
    public const int Dump = 0x300;

    private const int AfNetlink = 16;
    private const int SockRaw = 3;
    private const int SolSocket = 1;
    private const int SoRcvTimeo = 20;
    private const int MsgNoop = 1;
    private const int MsgError = 2;
    private const int MsgDone = 3;
    private const int HeaderBytes = 16;
    private const int MaxAnswerBytes = 256 * 1024;
    private const int MaxAnswers = 100_000;

    private readonly Descriptor _socket;
    private readonly byte[] _answer = new byte[MaxAnswerBytes];

    public NetlinkSocket(int protocol)
    {
        _socket = Descriptor.Socket(AfNetlink, SockRaw, protocol);
        Span<byte> oneSecond = stackalloc byte[16];
        oneSecond[0] = 1;
        _ = Libc.SetSocketOption(_socket.Number, SolSocket, SoRcvTimeo, in oneSecond[0], 16);
    }

    /// <summary>Sends messages of which <paramref name="acks"/> ask for an acknowledgement, and reads those.</summary>
    /// <exception cref="LinuxException">The first error among them; the kernel then applied nothing of an nf_tables batch.</exception>
    public void Execute(NetlinkWriter messages, int acks, string what)
    {
        Send(messages, what);
        var error = 0;
        for (var left = acks; left > 0;)
        {
            var data = Receive(what);
            for (; data.Length >= HeaderBytes && left > 0; data = Next(data))
            {
                if (Type(data) == MsgError)
                {
                    left--;
                    var code = -BinaryPrimitives.ReadInt32LittleEndian(data[HeaderBytes..]);
                    error = error == 0 ? code : error;
                }
            }
        }

        if (error != 0)
        {
            throw new LinuxException(what, error);
        }
    }

    /// <summary>Sends a request and hands every answer (its body without the netlink header) to <paramref name="take"/>.</summary>
    public void Query(NetlinkWriter request, string what, Action<int, ReadOnlySpan<byte>> take)
    {
        Send(request, what);
        for (var answers = 0; answers < MaxAnswers;)
        {
            var data = Receive(what);
            for (; data.Length >= HeaderBytes; data = Next(data), answers++)
            {
                var type = Type(data);
                if (type == MsgDone || (type == MsgError && BinaryPrimitives.ReadInt32LittleEndian(data[HeaderBytes..]) == 0))
                {
                    return;
                }

                if (type == MsgError)
                {
                    throw new LinuxException(what, -BinaryPrimitives.ReadInt32LittleEndian(data[HeaderBytes..]));
                }

                if (type != MsgNoop)
                {
                    take(type, data[HeaderBytes..Length(data)]);
                }
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private void Send(NetlinkWriter messages, string what)
    {
        if (Libc.Send(_socket.Number, in messages.Written[0], messages.Written.Length, 0) < 0)
        {
            throw Descriptor.Failure(what);
        }
    }

    private ReadOnlySpan<byte> Receive(string what)
    {
        var length = Libc.Receive(_socket.Number, ref _answer[0], _answer.Length, 0);
        return length >= 0 ? _answer.AsSpan(0, (int)length) : throw Descriptor.Failure(what);
    }

    private static int Length(ReadOnlySpan<byte> data) => Math.Clamp((int)BinaryPrimitives.ReadUInt32LittleEndian(data), HeaderBytes, data.Length);

    private static int Type(ReadOnlySpan<byte> data) => BinaryPrimitives.ReadUInt16LittleEndian(data[4..]);

    private static ReadOnlySpan<byte> Next(ReadOnlySpan<byte> data) => data[Math.Min((Length(data) + 3) & ~3, data.Length)..];
}
