using System.Buffers.Binary;
using System.Text;

namespace Rebalancer.Agent.Local.Netlink;

/// <summary>Finds attributes (struct nlattr) in a message's body. Tolerant of unknown ones; a broken length ends the search.</summary>
public static class NetlinkReader
{
    private const int HeaderBytes = 4;
    private const int TypeMask = 0x3fff;

    /// <summary>The value of the first attribute of this type; empty if there is none.</summary>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> attributes, int type)
    {
        while (attributes.Length >= HeaderBytes)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(attributes);
            if (length < HeaderBytes || length > attributes.Length)
            {
                break;
            }

            if ((BinaryPrimitives.ReadUInt16LittleEndian(attributes[2..]) & TypeMask) == type)
            {
                return attributes[HeaderBytes..length];
            }

            attributes = attributes[Math.Min((length + 3) & ~3, attributes.Length)..];
        }

        return [];
    }

    /// <summary>A text attribute without its closing zero; "" if there is none.</summary>
    public static string Text(ReadOnlySpan<byte> attributes, int type) => Encoding.UTF8.GetString(Find(attributes, type)).TrimEnd('\0');

    /// <summary>A 32-bit number in this machine's order; null if there is none.</summary>
    public static uint? Number(ReadOnlySpan<byte> attributes, int type)
    {
        var value = Find(attributes, type);
        return value.Length >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(value) : null;
    }
}
