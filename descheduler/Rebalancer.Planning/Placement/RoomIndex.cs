using System.Numerics;

namespace Rebalancer.Planning.Placement;

/// <summary>
/// Nodes by how much they have free of one resource, so that those with just enough are found without a look at all others. Buckets are an eighth of an
/// octave wide; within one, nodes are in no order. Adding, removing and updating take constant time.
/// </summary>
internal sealed class RoomIndex
{
    private const int StepBits = 3;
    private const int BucketCount = 64 << StepBits;
    private readonly List<int>?[] buckets = new List<int>[BucketCount];
    private readonly ulong[] used = new ulong[BucketCount / 64];
    private readonly int[] bucketOf;
    private readonly int[] positions;

    /// <param name="room">Shared by the indexes of all pools, since a node is in one of them.</param>
    public RoomIndex(RoomPositions room, int resource) => (bucketOf, positions) = (room.BucketOf[resource], room.InBucket[resource]);

    public RoomIndex(int nodes)
        : this(new RoomPositions(nodes, 1), 0)
    {
    }

    public int Count { get; private set; }

    /// <summary>Adds the node, or moves it to where its free amount belongs.</summary>
    public void Set(int node, long free)
    {
        var bucket = BucketOf(free);
        if (bucketOf[node] == bucket)
        {
            return;
        }

        Remove(node);
        bucketOf[node] = bucket;
        var list = buckets[bucket] ??= [];
        positions[node] = list.Count;
        list.Add(node);
        used[bucket / 64] |= 1UL << (bucket % 64);
        Count++;
    }

    public void Remove(int node)
    {
        if (bucketOf[node] is not (>= 0 and var bucket))
        {
            return;
        }

        var list = buckets[bucket]!;
        var last = list[^1];
        list[positions[node]] = last;
        positions[last] = positions[node];
        list.RemoveAt(list.Count - 1);
        if (list.Count == 0) { used[bucket / 64] &= ~(1UL << (bucket % 64)); }
        bucketOf[node] = -1;
        Count--;
    }

    /// <summary>The first bucket in which nodes may have the amount free; some of its nodes may have less.</summary>
    public int First(long amount) => Next(BucketOf(amount) - 1);

    /// <summary>The next bucket with any nodes; -1 after the last.</summary>
    public int Next(int bucket)
    {
        var word = ++bucket / 64;
        var bits = word < used.Length ? used[word] & (ulong.MaxValue << (bucket % 64)) : 0;
        while (bits == 0 && ++word < used.Length)
        {
            bits = used[word];
        }

        return bits == 0 ? -1 : word * 64 + BitOperations.TrailingZeroCount(bits);
    }

    public List<int> Nodes(int bucket) => buckets[bucket]!;

    private static int BucketOf(long free)
    {
        if (free < 1 << StepBits)
        {
            return (int)Math.Max(0, free);
        }

        var octave = BitOperations.Log2((ulong)free);
        return ((octave - StepBits + 1) << StepBits) + (int)((free >> (octave - StepBits)) & ((1 << StepBits) - 1));
    }
}

/// <summary>Where in its bucket each node is, by resource.</summary>
internal sealed class RoomPositions
{
    private const int Nowhere = -1;

    public RoomPositions(int nodes, int resources)
    {
        BucketOf = [.. Enumerable.Range(0, resources).Select(_ => new int[nodes])];
        InBucket = [.. Enumerable.Range(0, resources).Select(_ => new int[nodes])];
        foreach (var buckets in BucketOf) { Array.Fill(buckets, Nowhere); }
    }

    public int[][] BucketOf { get; }

    public int[][] InBucket { get; }
}
