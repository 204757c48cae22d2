namespace Rebalancer.Agent.Files;

/// <summary>Bounds of what travels of one pod's files.</summary>
internal static class FileLimits
{
    /// <summary>Of all layers and volumes of a pod. Beyond, even an unchanged copy takes the target's disk and minutes of network.</summary>
    public const long TotalBytes = 16L << 30;
    /// <summary>Of one layer or volume. Each is looked at in the freeze, at about 3 microseconds.</summary>
    public const int Entries = 200_000;
    /// <summary>Layers and volumes of one pod.</summary>
    public const int Trees = 64;
    public const int RecordBytes = 256 << 10;
    public const int DataBytes = 128 << 10;
    public const int Attributes = 64;
    /// <summary>How much of a container's log travels, its newest part.</summary>
    public const int LogBytes = 10 << 20;
}
