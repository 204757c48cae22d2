namespace Rebalancer.Agent.Local.Criu.Images;

/// <summary>Walks the fields of one protobuf message (protobuf.dev/programming-guides/encoding). CRIU's images are untrusted: whatever is malformed throws.</summary>
internal ref struct WireReader(ReadOnlySpan<byte> message)
{
    public const int Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5;
    private ReadOnlySpan<byte> rest = message;

    public int Field { get; private set; }

    public int Kind { get; private set; }

    /// <summary>The number of a <see cref="Varint"/> field.</summary>
    public ulong Value { get; private set; }

    /// <summary>The content of a <see cref="Bytes"/> field.</summary>
    public ReadOnlySpan<byte> Content { get; private set; }

    /// <summary>The whole field, as it stands in the message.</summary>
    public ReadOnlySpan<byte> Raw { get; private set; }

    /// <returns>False at the end.</returns>
    /// <exception cref="InvalidDataException">That is no message.</exception>
    public bool Next()
    {
        if (rest.IsEmpty) { return false; }
        var from = rest;
        var tag = Number();
        (Field, Kind) = ((int)(tag >> 3), (int)(tag & 7));
        switch (Kind)
        {
            case Varint: Value = Number(); break;
            case Fixed64: _ = Take(sizeof(ulong)); break;
            case Fixed32: _ = Take(sizeof(uint)); break;
            case Bytes: Content = Take(Number()); break;
            default: throw new InvalidDataException($"a protobuf field of kind {Kind}");
        }
        Raw = from[..^rest.Length];
        return true;
    }

    private ulong Number()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = Take(1)[0];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80) { return value; }
        }
        throw new InvalidDataException("a protobuf number of more than 64 bits");
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)rest.Length) { throw new InvalidDataException("a protobuf message ends in the middle of a field"); }
        var taken = rest[..(int)count];
        rest = rest[(int)count..];
        return taken;
    }
}
