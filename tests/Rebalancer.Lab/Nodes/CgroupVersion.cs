namespace Rebalancer.Lab.Nodes;

/// <summary>Which cgroups a node's containers live in.</summary>
public enum CgroupVersion
{
    /// <summary>What the machine has at /sys/fs/cgroup.</summary>
    Host,

    /// <summary>Version 1; the machine must have its hierarchies mounted.</summary>
    V1,

    /// <summary>Version 2, mounted for the node alone. Beside version 1 it has no controllers, but freezer, checkpoint and restore work.</summary>
    V2,
}
