namespace Rebalancer.Agent.Local.Criu.Images;

/// <summary>Writes protobuf fields.</summary>
internal sealed class WireWriter
{
    private readonly List<byte> bytes = [];

    public byte[] ToArray() => [.. bytes];

    public WireWriter Number(int field, ulong value)
    {
        Varint((ulong)(field << 3));
        Varint(value);
        return this;
    }

    public WireWriter Bytes(int field, byte[] content)
    {
        Varint(((ulong)field << 3) | WireReader.Bytes);
        Varint((ulong)content.Length);
        bytes.AddRange(content);
        return this;
    }

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7) { bytes.Add((byte)(value | 0x80)); }
        bytes.Add((byte)value);
    }
}
