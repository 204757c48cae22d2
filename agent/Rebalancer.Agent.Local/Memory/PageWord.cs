namespace Rebalancer.Agent.Local.Memory;

/// <summary>One entry of /proc/PID/pagemap, as the kernel's admin-guide/mm/pagemap describes it.</summary>
internal readonly record struct PageWord(ulong Value)
{
    private const ulong FrameMask = (1UL << 55) - 1;
    public const ulong SoftDirty = 1UL << 55, Guard = 1UL << 58, File = 1UL << 61, Swapped = 1UL << 62, Present = 1UL << 63;

    /// <summary>Written since the bits were cleared last, or in a mapping that was made since then.</summary>
    public bool IsSoftDirty => (Value & SoftDirty) != 0;

    /// <summary>In memory or swapped out, and neither a file's nor a guard page. The zero page looks like one of these.</summary>
    public bool IsPopulated => (Value & (Present | Swapped)) != 0 && (Value & (File | Guard)) == 0;

    /// <summary>Where the content lies: which page frame, or which place of the swap space.</summary>
    public ulong Place => Value & (FrameMask | Swapped | Present);

    /// <summary>Number of the page frame; 0 for whoever may not know it, and for a page that is swapped out.</summary>
    public ulong Frame => (Value & Present) != 0 ? Value & FrameMask : 0;
}
