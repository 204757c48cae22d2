using System.Buffers.Binary;

namespace Rebalancer.Fuzz.Tests.Harness;

/// <summary>Makes a hostile input of valid ones.</summary>
internal sealed class Mutator(FuzzTarget target, IReadOnlyList<byte[]> sound)
{
    private const int MaximumBytes = 1 << 20;
    private const int MostSteps = 4;
    private static readonly ulong[] Extremes =
    [
        0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x3ffff, 0x40000, 0x40001, 0x100000, 0x100001, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, 0x100000000, 1UL << 47,
        (1UL << 47) - 4096, 0x7fffffffffffffff, 0x8000000000000000, 0xfffffffffffff000, 0xfffffffffffffffe, ulong.MaxValue,
    ];

    public byte[] Next(Random random)
    {
        var input = Pick(random);
        for (var steps = random.Next(1, MostSteps + 1); steps > 0; steps--) { input = Step(random, input); }
        return input.Length <= MaximumBytes ? input : input[..MaximumBytes];
    }

    private byte[] Step(Random random, byte[] input) => target.Form switch
    {
        InputForm.Json when random.Next(4) > 0 => JsonMutator.Spoil(random, input, () => Pick(random)),
        InputForm.Text when random.Next(4) > 0 => TextMutator.Spoil(random, input, () => Pick(random)),
        InputForm.Binary when random.Next(2) > 0 && target.Records(input) is { Count: > 0 } records => MixRecords(random, [.. records]),
        _ => Spoil(random, input),
    };

    private byte[] Pick(Random random) => sound[random.Next(sound.Count)];

    private byte[] MixRecords(Random random, List<byte[]> records)
    {
        var at = random.Next(records.Count);
        switch (random.Next(6))
        {
            case 0: records.RemoveAt(at); break;
            case 1: records.Insert(random.Next(records.Count + 1), records[at]); break;
            case 2: (records[at], records[^1]) = (records[^1], records[at]); break;
            case 3 when target.Records(Pick(random)) is { Count: > 0 } others: records.Insert(at, others[random.Next(others.Count)]); break;
            case 4: records.InsertRange(at, Enumerable.Repeat(records[at], random.Next(2, 50))); break;
            default: records[at] = Spoil(random, records[at]); break;
        }
        return [.. records.SelectMany(each => each)];
    }

    private byte[] Spoil(Random random, byte[] input)
    {
        if (input.Length == 0) { return [(byte)random.Next(256)]; }
        var output = input.ToArray();
        var at = random.Next(output.Length);
        switch (random.Next(8))
        {
            case 0: output[at] ^= (byte)(1 << random.Next(8)); return output;
            case 1: output[at] = (byte)random.Next(256); return output;
            case 2: return output[..at];
            case 3: return [.. output[..at], .. output[random.Next(at, output.Length)..]];
            case 4:
                var piece = output.AsSpan(at, Math.Min(output.Length - at, random.Next(1, 64)));
                return [.. output[..at], .. piece, .. output[at..]];
            case 5:
                var other = Pick(random);
                return [.. output[..at], .. other[random.Next(other.Length + 1)..]];
            default: return Number(random, output, at);
        }
    }

    /// <summary>As protobuf writes numbers.</summary>
    private static List<byte> Varint(ulong value)
    {
        List<byte> bytes = [];
        for (; value >= 0x80; value >>= 7) { bytes.Add((byte)(value | 0x80)); }
        bytes.Add((byte)value);
        return bytes;
    }

    /// <summary>Most lengths stand near the beginning of something, and are aligned to nothing.</summary>
    private static byte[] Number(Random random, byte[] output, int at)
    {
        if (random.Next(3) == 0) { return [.. output[..at], .. Varint(Extremes[random.Next(Extremes.Length)]), .. output[(at + 1)..]]; }
        var bytes = 1 << random.Next(4);
        if (at + bytes > output.Length) { return output[..at]; }
        Span<byte> number = stackalloc byte[sizeof(ulong)];
        var value = Extremes[random.Next(Extremes.Length)];
        if (random.Next(8) == 0) { BinaryPrimitives.WriteUInt64BigEndian(number, value); }
        else { BinaryPrimitives.WriteUInt64LittleEndian(number, value); }
        number[..bytes].CopyTo(output.AsSpan(at));
        return output;
    }
}
