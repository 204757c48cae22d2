using System.Buffers.Binary;
using System.Text;

namespace Rebalancer.Fuzz.Tests.Targets;

/// <summary>HTTP/2 written by hand (RFC 9113), with header blocks that nothing is compressed in (RFC 7541), and gRPC's messages in it.</summary>
internal static class Http2
{
    public const int HeadBytes = 9;
    public const byte Data = 0, Headers = 1, Reset = 3, Settings = 4, Push = 5, Ping = 6, GoAway = 7, Window = 8, Continuation = 9;
    public const byte EndStream = 1, Ack = 1, EndHeaders = 4;
    public const string Probe = "/rebalancer.node.v1.NodeAgent/Probe";
    public const string Move = "/rebalancer.node.v1.NodeAgent/Move";
    private const int LargestPayload = 16 << 10;

    public static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    /// <summary>What a connection begins with. No header table, so that each answer's headers can be read on their own.</summary>
    public static byte[] Start() => [.. Preface, .. Frame(Settings, 0, 0, [0, 1, 0, 0, 0, 0])];

    public static byte[] Frame(byte type, byte flags, uint stream, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[HeadBytes + payload.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame, (uint)payload.Length << 8);
        (frame[3], frame[4]) = (type, flags);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame.AsSpan(HeadBytes));
        return frame;
    }

    /// <summary>A whole call, with all that its caller has to say.</summary>
    public static byte[] Call(uint stream, string path, ReadOnlySpan<byte> body, string contentType = "application/grpc", string encoding = "identity") =>
        [.. Frame(Headers, EndHeaders, stream, Request(path, contentType, encoding)), .. Body(stream, body)];

    public static byte[] Request(string path, string contentType = "application/grpc", string encoding = "identity", string method = "POST") =>
        [.. Header(":method", method), .. Header(":scheme", "https"), .. Header(":path", path), .. Header(":authority", "n2"), .. Header("content-type", contentType), .. Header("te", "trailers"), .. Header("grpc-encoding", encoding)];

    public static byte[] Header(string name, string value)
    {
        return [0, .. Text(name), .. Text(value)];

        static byte[] Text(string text) => [.. Length(text.Length), .. Encoding.Latin1.GetBytes(text)];
    }

    /// <param name="length">What is said of the length; null: the truth.</param>
    public static byte[] Message(ReadOnlySpan<byte> message, byte compressed = 0, uint? length = null)
    {
        var bytes = new byte[1 + sizeof(uint) + message.Length];
        bytes[0] = compressed;
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(1), length ?? (uint)message.Length);
        message.CopyTo(bytes.AsSpan(1 + sizeof(uint)));
        return bytes;
    }

    public static byte[] Body(uint stream, ReadOnlySpan<byte> body)
    {
        List<byte> frames = [];
        for (; body.Length > LargestPayload; body = body[LargestPayload..]) { frames.AddRange(Frame(Data, 0, stream, body[..LargestPayload])); }
        return [.. frames, .. Frame(Data, EndStream, stream, body)];
    }

    /// <summary>The preface and the frames of what somebody sends; the last may be cut off.</summary>
    public static IReadOnlyList<byte[]> Cut(byte[] input)
    {
        List<byte[]> pieces = [];
        var at = input.AsSpan().StartsWith(Preface) ? Preface.Length : 0;
        if (at > 0) { pieces.Add(input[..at]); }
        while (at < input.Length)
        {
            var end = at + HeadBytes <= input.Length ? (int)Math.Min(input.Length, at + HeadBytes + (BinaryPrimitives.ReadUInt32BigEndian(input.AsSpan(at)) >> 8)) : input.Length;
            pieces.Add(input[at..end]);
            at = end;
        }
        return pieces;
    }

    /// <summary>The messages of a body.</summary>
    public static IReadOnlyList<byte[]> CutBody(byte[] body)
    {
        const int Head = 1 + sizeof(uint);
        List<byte[]> pieces = [];
        for (var at = 0; at < body.Length;)
        {
            var end = at + Head <= body.Length ? (int)Math.Min(body.Length, at + Head + (long)BinaryPrimitives.ReadUInt32BigEndian(body.AsSpan(at + 1))) : body.Length;
            pieces.Add(body[at..end]);
            at = end;
        }
        return pieces;
    }

    /// <summary>The calls whose ends were sent, which are owed an answer.</summary>
    public static HashSet<uint> Ended(byte[] input) =>
        [.. Cut(input).Where(each => each.Length >= HeadBytes && !each.AsSpan().StartsWith(Preface) && each[3] is Data or Headers && (each[4] & EndStream) != 0).Select(StreamOf)];

    public static uint StreamOf(byte[] frame) => BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(5)) & int.MaxValue;

    /// <summary>RFC 7541, 5.1, with the seven bits that a text's length has.</summary>
    private static byte[] Length(int length)
    {
        if (length < 127) { return [(byte)length]; }
        List<byte> bytes = [127];
        for (length -= 127; length >= 128; length >>= 7) { bytes.Add((byte)(length | 128)); }
        bytes.Add((byte)length);
        return [.. bytes];
    }
}
