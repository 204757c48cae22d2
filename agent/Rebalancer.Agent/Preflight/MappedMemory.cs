using Rebalancer.Agent.Local.Memory;

namespace Rebalancer.Agent.Preflight;

/// <summary>Address space that CRIU maps again on the target, as the kernel there counts it against vm.overcommit_memory.</summary>
/// <param name="LargestBytes">Largest mapping that memory is set aside for: private, writable, made without MAP_NORESERVE.</param>
/// <param name="AllBytes">All private mappings: where nothing may be overcommitted, each counts, since CRIU makes all of them writable to fill them.</param>
internal readonly record struct MappedMemory(long LargestBytes, long AllBytes)
{
    /// <param name="areas">With their flags.</param>
    public static MappedMemory Of(IEnumerable<MemoryArea> areas)
    {
        long largest = 0, all = 0;
        foreach (var area in areas.Where(area => area.IsPrivate && !area.IsKernels))
        {
            var bytes = (long)Math.Min(area.Range.Bytes, long.MaxValue / 2);
            all = all > long.MaxValue - bytes ? long.MaxValue : all + bytes;
            if (area.IsWritable && !area.IsUnreserved) { largest = Math.Max(largest, bytes); }
        }
        return new MappedMemory(largest, all);
    }

    public MappedMemory And(MappedMemory other) => new(Math.Max(LargestBytes, other.LargestBytes), AllBytes > long.MaxValue - other.AllBytes ? long.MaxValue : AllBytes + other.AllBytes);
}
