using System.Numerics;
using Rebalancer.Agent.Local.Memory;

namespace Rebalancer.Agent.Memory;

/// <summary>64 pages of a process, with one bit for each.</summary>
/// <param name="Number">Address of the first, divided by the bytes of a block.</param>
/// <param name="Populated">Pages with content of their own.</param>
/// <param name="Written">Of these: those that are not as they were sent, or never were.</param>
internal readonly record struct PageBlock(ulong Number, ulong Populated, ulong Written = 0)
{
    public ulong Address(int page) => (Number << PageHashes.BlockShift) + ((ulong)page << PageRange.PageShift);

    /// <summary>Runs of pages whose bits are set, ascending.</summary>
    public static IEnumerable<(int First, int Count)> Runs(ulong bits)
    {
        for (var from = 0; from < PageHashes.PagesPerBlock && bits >> from != 0;)
        {
            var first = from + BitOperations.TrailingZeroCount(bits >> from);
            var count = Math.Min(BitOperations.TrailingZeroCount(~(bits >> first)), PageHashes.PagesPerBlock - first);
            yield return (first, count);
            from = first + count;
        }
    }
}
