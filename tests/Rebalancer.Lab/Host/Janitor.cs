using Rebalancer.Lab.Cgroups;
using Rebalancer.Lab.Processes;
using Rebalancer.Lab.Volumes;

namespace Rebalancer.Lab.Host;

/// <summary>Removes what a lab left outside of its namespaces. Needed because a frozen container outlives the death of its namespaces and blocks the next lab.</summary>
internal static class Janitor
{
    private static readonly TimeSpan RemoveLimit = TimeSpan.FromMinutes(1);

    /// <summary>Everything, also what the machine was set to for the lab.</summary>
    public static async Task CleanMachineAsync(LabSlot slot, CancellationToken cancel)
    {
        await CleanAsync(slot, cancel);
        PipeLimits.Restore(slot);
    }

    /// <summary>Cgroups with whatever is in them, loop devices, and folders.</summary>
    public static async Task CleanAsync(LabSlot slot, CancellationToken cancel)
    {
        await new CgroupTree(slot.Cgroup).RemoveAsync(cancel);
        foreach (var device in LoopDevices.Below(slot.Folder)) { await LoopDevices.TryDetachAsync(device, cancel); }
        if (Directory.Exists(slot.Folder))
        {
            await Command.CheckedAsync(["rm", "-rf", "--one-file-system", slot.Folder], cancel, limit: RemoveLimit);
        }
    }
}
