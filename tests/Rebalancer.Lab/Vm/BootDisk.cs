using System.Text;
using Rebalancer.Lab.Host;

namespace Rebalancer.Lab.Vm;

/// <summary>What the kernel starts first: it finds the disks and goes on from there.</summary>
internal static class BootDisk
{
    /// <summary>In the order in which they need each other, apart from what the kernel has built in.</summary>
    private static readonly string[] Modules =
    [
        "drivers/virtio/virtio_ring", "drivers/virtio/virtio", "drivers/virtio/virtio_pci_modern_dev", "drivers/virtio/virtio_pci_legacy_dev",
        "drivers/virtio/virtio_pci", "drivers/block/virtio_blk", "fs/overlayfs/overlay",
    ];

    /// <exception cref="IOException">The kernel's package or the root file system is not as expected.</exception>
    public static async Task WriteAsync(string path, GuestKernel kernel, CancellationToken cancel)
    {
        var disk = new Initramfs();
        foreach (var folder in (string[])["bin", "dev", "proc", "modules", "base", "payload", "scratch", "new"]) { disk.AddFolder(folder); }
        disk.AddFile("bin/busybox", await File.ReadAllBytesAsync($"{RootFileSystem.Path}/usr/bin/busybox", cancel));
        var order = new StringBuilder();
        foreach (var module in Modules)
        {
            // Debian 13 compresses modules; busybox unpacks them.
            var file = Directory.GetFiles(Path.GetDirectoryName($"{kernel.Modules}/kernel/{module}")!, Path.GetFileName(module) + ".ko*").FirstOrDefault();
            if (file is null) { continue; }
            disk.AddFile($"modules/{Path.GetFileName(file)}", await File.ReadAllBytesAsync(file, cancel));
            order.Append(Path.GetFileName(file)).Append('\n');
        }

        disk.AddFile("modules/order", Encoding.UTF8.GetBytes(order.ToString()));
        disk.AddFile("init", Encoding.UTF8.GetBytes(VmScripts.Read("vm-boot.sh")));
        await File.WriteAllBytesAsync(path, disk.Finish(), cancel);
    }
}
