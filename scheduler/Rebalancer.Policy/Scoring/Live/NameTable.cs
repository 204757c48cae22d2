using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Rebalancer.Policy.Scoring.Live;

/// <summary>Names to numbers, looked up by the UTF-8 bytes as they stand in a request, without making a string. Immutable.</summary>
internal sealed class NameTable
{
    public const int Unknown = -1;
    private const int SlotsPerName = 2;
    private const ulong Prime = 0x9E3779B97F4A7C15;

    private readonly byte[][] names;
    private readonly int[] slots;
    private readonly Dictionary<string, int> numbers;

    public NameTable(IReadOnlyList<string> all)
    {
        names = [.. all.Select(Encoding.UTF8.GetBytes)];
        numbers = Enumerable.Range(0, all.Count).ToDictionary(i => all[i], StringComparer.Ordinal);
        slots = new int[BitOperations.RoundUpToPowerOf2((uint)(all.Count * SlotsPerName + 1))];
        for (var number = 0; number < names.Length; number++)
        {
            var slot = Slot(names[number]);
            while (slots[slot] != 0)
            {
                slot = (slot + 1) & (slots.Length - 1);
            }

            // 0 is a free slot.
            slots[slot] = number + 1;
        }
    }

    public int Find(string name) => numbers.GetValueOrDefault(name, Unknown);

    public int Find(ReadOnlySpan<byte> name)
    {
        for (var slot = Slot(name); slots[slot] != 0; slot = (slot + 1) & (slots.Length - 1))
        {
            if (name.SequenceEqual(names[slots[slot] - 1]))
            {
                return slots[slot] - 1;
            }
        }

        return Unknown;
    }

    private int Slot(ReadOnlySpan<byte> name)
    {
        var hash = (ulong)name.Length;
        while (name.Length >= sizeof(ulong))
        {
            hash = Mix(hash, BinaryPrimitives.ReadUInt64LittleEndian(name));
            name = name[sizeof(ulong)..];
        }

        foreach (var b in name)
        {
            hash = Mix(hash, b);
        }

        return (int)(hash >> 33) & (slots.Length - 1);
    }

    private static ulong Mix(ulong hash, ulong part)
    {
        hash = (hash ^ part) * Prime;
        return hash ^ (hash >> 29);
    }
}
