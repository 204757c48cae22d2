namespace Rebalancer.Lab.Host;

/// <summary>
/// CRIU's page transfer splices through large pipes, which a process without CAP_SYS_RESOURCE may open only when two limits of the machine allow it. They are raised
/// while a lab runs and put back after the last one; a file remembers what they were, also for the clean-up after a killed lab.
/// </summary>
internal static class PipeLimits
{
    private static readonly (string Path, string Raised)[] Limits =
    [
        ("/proc/sys/fs/pipe-max-size", "268435456"),
        ("/proc/sys/fs/pipe-user-pages-soft", "0"),
    ];

    public static void Raise(LabSlot slot)
    {
        var known = Memories().FirstOrDefault();
        File.WriteAllLines(Memory(slot), known is null ? Limits.Select(limit => File.ReadAllText(limit.Path).Trim()) : File.ReadAllLines(known));
        Write(Limits.Select(limit => limit.Raised));
    }

    public static void Restore(LabSlot slot)
    {
        if (!File.Exists(Memory(slot)))
        {
            return;
        }

        var before = File.ReadAllLines(Memory(slot));
        File.Delete(Memory(slot));
        if (before.Length == Limits.Length && Memories().Length == 0)
        {
            Write(before);
        }
    }

    private static string Memory(LabSlot slot) => $"/run/rebalancer-lab-{slot.Name}.limits";

    private static string[] Memories() => Directory.GetFiles("/run", "rebalancer-lab-*.limits");

    private static void Write(IEnumerable<string> values)
    {
        foreach (var (limit, value) in Limits.Zip(values))
        {
            File.WriteAllText(limit.Path, value);
        }
    }
}
