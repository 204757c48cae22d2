using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Host;

/// <summary>Installs the Debian packages that the lab needs on its machine, and says so.</summary>
internal static class HostPackages
{
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(10);

    private static readonly (string File, string Package)[] Needed =
    [
        ("/usr/bin/unshare", "util-linux"),
        ("/usr/bin/nsenter", "util-linux"),
        ("/usr/bin/setpriv", "util-linux"),
        ("/usr/sbin/ip", "iproute2"),
        ("/usr/sbin/tc", "iproute2"),
        ("/usr/sbin/nft", "nftables"),
        ("/usr/sbin/debootstrap", "debootstrap"),
        ("/usr/sbin/losetup", "mount"),
        ("/usr/sbin/mkfs.ext4", "e2fsprogs"),
    ];

    /// <summary>What a virtual machine needs beside.</summary>
    public static readonly IReadOnlyList<(string File, string Package)> ForVirtualMachines =
    [
        ("/usr/bin/qemu-system-x86_64", "qemu-system-x86"),
        ("/usr/sbin/mke2fs", "e2fsprogs"),
        ("/usr/sbin/debugfs", "e2fsprogs"),
    ];

    /// <exception cref="LabException">Not root.</exception>
    /// <exception cref="CommandException">apt-get failed.</exception>
    public static async Task EnsureAsync(TextWriter log, CancellationToken cancel, IReadOnlyList<(string File, string Package)>? more = null)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            throw new LabException("the lab makes namespaces, mounts and cgroups: run it as root");
        }

        var missing = Missing([.. Needed, .. more ?? []]);
        if (missing.Count == 0)
        {
            return;
        }

        log.WriteLine($"installing Debian packages: {string.Join(' ', missing)}");
        await Command.CheckedAsync(["apt-get", "update", "-qq"], cancel, limit: InstallLimit);
        await Command.CheckedAsync(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "-qq", "--no-install-recommends", .. missing], cancel, limit: InstallLimit);
    }

    private static List<string> Missing(IReadOnlyList<(string File, string Package)> needed) =>
        needed.Where(need => !File.Exists(need.File) && !File.Exists(need.File["/usr".Length..])).Select(need => need.Package).Distinct().ToList();
}
