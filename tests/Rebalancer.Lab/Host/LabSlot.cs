namespace Rebalancer.Lab.Host;

/// <summary>Which lab of this machine. Everything that a lab leaves outside of its namespaces is under names of its slot, so that it can be found and removed.</summary>
public sealed record LabSlot(string Name)
{
    public const string Variable = "REBALANCER_LAB";
    public static readonly LabSlot Default = new("1");

    /// <summary>Parent of all cgroups of the lab, in every hierarchy.</summary>
    public string Cgroup => $"rebalancer-lab-{Name}";

    /// <summary>What the nodes write: containers, volumes, logs. On a real disk, since overlay on overlay does not work.</summary>
    public string Folder => $"/var/lib/rebalancer-lab/{Name}";

    /// <summary>Stays beside the cached root file system: deleting it would let two processes lock two files of the same name.</summary>
    public string LockFile => $"{Host.RootFileSystem.CacheFolder}/lab-{Name}.lock";

    public string OwnerFile => $"{Host.RootFileSystem.CacheFolder}/lab-{Name}.owner";
}
