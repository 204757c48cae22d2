namespace Rebalancer.Lab.Cgroups;

/// <summary>A mounted cgroup hierarchy of the machine.</summary>
/// <param name="MountPoint">Where its root is mounted.</param>
/// <param name="IsV2">cgroup2; otherwise one hierarchy of version 1.</param>
/// <param name="Controllers">Version 1: the mount options, among them the controllers.</param>
internal sealed record Hierarchy(string MountPoint, bool IsV2, IReadOnlySet<string> Controllers)
{
    /// <summary>All hierarchies, read from /proc/self/mounts; the first mount point of each.</summary>
    public static IReadOnlyList<Hierarchy> Mounted() =>
        File.ReadLines("/proc/self/mounts")
            .Select(line => line.Split(' '))
            .Where(fields => fields.Length > 3 && fields[2] is "cgroup" or "cgroup2")
            .Select(fields => new Hierarchy(fields[1], fields[2] == "cgroup2", fields[3].Split(',').ToHashSet()))
            .DistinctBy(hierarchy => hierarchy.IsV2 ? "cgroup2" : string.Join(',', hierarchy.Controllers.Order()))
            .ToArray();

    /// <summary>Whether version 2 of the machine can limit CPU and memory, or these controllers belong to version 1.</summary>
    public static bool V2HasControllers() => Mounted().FirstOrDefault(hierarchy => hierarchy.IsV2) is { } v2
        && File.ReadAllText(v2.PathOf("cgroup.controllers")).Split((char[])[' ', '\n']).Contains("cpu");

    public bool HasFreezer => IsV2 || Controllers.Contains("freezer");

    public string PathOf(string cgroup) => MountPoint + "/" + cgroup.TrimStart('/');
}
