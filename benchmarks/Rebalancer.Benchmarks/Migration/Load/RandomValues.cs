using System.Buffers.Binary;

namespace Rebalancer.Benchmarks.Migration.Load;

/// <summary>
/// Values that no compression and no comparison of pages can shorten, made again from (key, version) whenever they are to be checked, so that
/// nobody has to keep a copy of a server's memory.
/// </summary>
internal static class RandomValues
{
    /// <summary>With the server's header just below 14 KiB, the largest size that its allocator gives without a page between: at 16 KiB a value costs 20.</summary>
    public const int Bytes = 14_304;

    /// <summary>What one value takes of the server's memory.</summary>
    public const int AllocatedBytes = 14 * 1024;

    public static int Count(int megabytes) => (int)(megabytes * 1024L * 1024 / AllocatedBytes);

    /// <param name="value">Filled; a multiple of 8 bytes.</param>
    public static void Fill(Span<byte> value, int key, long version)
    {
        var state = Mix(((ulong)(uint)key << 32) ^ Mix((ulong)version));
        for (; value.Length >= 8; value = value[8..]) { BinaryPrimitives.WriteUInt64LittleEndian(value, Mix(state += 0x9E3779B97F4A7C15)); }
    }

    /// <summary>The output step of SplitMix64; also used to choose keys.</summary>
    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
