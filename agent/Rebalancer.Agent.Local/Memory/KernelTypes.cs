using System.Buffers.Binary;
using System.Text;

namespace Rebalancer.Agent.Local.Memory;

/// <summary>
/// What the running kernel says of its own types: BTF, as in the kernel's Documentation/bpf/btf.rst. Only what is looked for is decoded. The kernel is
/// trusted, and still nothing outside the data is read.
/// </summary>
internal sealed class KernelTypes
{
    public const string OfThisKernel = "/sys/kernel/btf/vmlinux";
    private const ushort Magic = 0xEB9F;
    private const int HeaderBytes = 24, TypeBytes = 12, MemberBytes = 12, MostNesting = 8;
    private readonly byte[] data;
    private readonly int strings;
    /// <summary>Where each type begins, by its number; the number 0 is void.</summary>
    private readonly List<int> types = [-1];

    private KernelTypes(byte[] data, int strings) => (this.data, this.strings) = (data, strings);

    private enum Kind
    {
        Int = 1, Array = 3, Structure = 4, Union = 5, Enumeration = 6, Function = 12, Prototype = 13, Variable = 14, Section = 15, DeclarationTag = 17, Enumeration64 = 19,
    }

    /// <exception cref="InvalidDataException">It is none.</exception>
    public static KernelTypes Parse(byte[] data)
    {
        if (data.Length < HeaderBytes || BinaryPrimitives.ReadUInt16LittleEndian(data) != Magic) { throw new InvalidDataException("no BTF"); }
        var header = Number(data, 4);
        int first = header + Number(data, 8), end = first + Number(data, 12);
        var parsed = new KernelTypes(data, header + Number(data, 16));
        if (header < HeaderBytes || first < header || end < first || end > data.Length || parsed.strings < header || parsed.strings > data.Length) { throw new InvalidDataException("BTF with a wrong header"); }
        for (var at = first; at + TypeBytes <= end; at += TypeBytes + parsed.TailOf(at)) { parsed.types.Add(at); }
        return parsed;
    }

    /// <summary>The number of a function; null if there is none of that name.</summary>
    public int? FunctionOf(string name) => Find(Kind.Function, name);

    /// <summary>Where a member lies in a structure, also one in a nameless union or structure of it.</summary>
    /// <returns>Bytes; null if there is no such member, or it is a field of bits.</returns>
    public int? OffsetOf(string structure, string member) =>
        Find(Kind.Structure, structure) is { } number && BitsTo(number, Encoding.UTF8.GetBytes(member), MostNesting) is { } bits && bits % 8 == 0 ? bits / 8 : null;

    private int? BitsTo(int number, byte[] member, int nesting)
    {
        if (nesting == 0 || number <= 0 || number >= types.Count || KindOf(types[number]) is not (Kind.Structure or Kind.Union)) { return null; }
        var at = types[number];
        // Then the upper byte of an offset is the width of a field of bits.
        var hasWidths = Number(data, at + 4) < 0;
        for (var i = 0; i < CountOf(at); i++)
        {
            var entry = at + TypeBytes + (i * MemberBytes);
            if (entry + MemberBytes > data.Length) { return null; }
            var offset = Number(data, entry + 8);
            if (hasWidths && offset >>> 24 != 0) { continue; }
            if (Number(data, entry) == 0)
            {
                if (BitsTo(Number(data, entry + 4), member, nesting - 1) is { } inner) { return offset + inner; }
            }
            else if (IsNamed(entry, member)) { return offset; }
        }
        return null;
    }

    private int? Find(Kind kind, string name)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        var number = types.FindIndex(1, at => KindOf(at) == kind && IsNamed(at, bytes));
        return number > 0 ? number : null;
    }

    /// <param name="at">A type or a member: both begin with their name.</param>
    private bool IsNamed(int at, byte[] name)
    {
        var text = (uint)Number(data, at);
        return text + (long)strings + name.Length < data.Length && data.AsSpan(strings + (int)text, name.Length).SequenceEqual(name) && data[strings + (int)text + name.Length] == 0;
    }

    /// <summary>Bytes that follow the three numbers with which each type begins.</summary>
    private int TailOf(int at) => KindOf(at) switch
    {
        Kind.Int or Kind.Variable or Kind.DeclarationTag => 4,
        Kind.Array => 12,
        Kind.Structure or Kind.Union or Kind.Section or Kind.Enumeration64 => 12 * CountOf(at),
        Kind.Enumeration or Kind.Prototype => 8 * CountOf(at),
        _ => 0,
    };

    private Kind KindOf(int at) => (Kind)((Number(data, at + 4) >> 24) & 0x1f);

    private int CountOf(int at) => Number(data, at + 4) & 0xffff;

    private static int Number(byte[] data, int at) => BinaryPrimitives.ReadInt32LittleEndian(data.AsSpan(at));
}
