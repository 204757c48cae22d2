using System.Security.Cryptography;
using System.Text;
using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Host;

/// <summary>The root file system of a lab node: Debian testing, made once by debootstrap and kept outside of the work tree.</summary>
internal static class RootFileSystem
{
    public const string Variable = "REBALANCER_ROOTFS";
    public const string KubectlVariable = "REBALANCER_KUBECTL";

    public const string CacheFolder = "/var/cache/rebalancer";
    private static readonly TimeSpan BuildLimit = TimeSpan.FromMinutes(15);

    /// <summary>Testing, since CRIU dumps TCP sockets on current kernels only from 4.2 on.</summary>
    private const string Suite = "testing";

    private static readonly string[] Packages =
    [
        "busybox-static", "ca-certificates", "containerd", "containernetworking-plugins", "criu", "fonts-dejavu-core", "iproute2", "iptables", "kubernetes-client", "libssl3t64",
        "nftables", "podman", "postgresql", "procps", "python3", "python3-websockets", "redis-server", "redis-tools", "runc", "util-linux",
    ];

    private static readonly string[] Proofs = ["usr/bin/containerd", "usr/sbin/runc", "usr/sbin/criu", "usr/lib/cni/bridge", "usr/bin/redis-server", "usr/bin/kubectl", "usr/bin/psql"];

    public static string Path { get; } = $"{CacheFolder}/rootfs-{Hash()}";

    public static string Kubectl => Path + "/usr/bin/kubectl";

    /// <summary>Makes it when it is not there. It gets its name only when complete, so that an interrupted build is never used.</summary>
    /// <exception cref="CommandException">debootstrap failed.</exception>
    public static async Task EnsureAsync(TextWriter log, CancellationToken cancel)
    {
        if (Directory.Exists(Path))
        {
            return;
        }

        Directory.CreateDirectory(CacheFolder);
        RemoveUnfinished();
        var unfinished = $"{Path}.unfinished-{Environment.ProcessId}";
        log.WriteLine($"making the nodes' root file system {Path} with debootstrap: {string.Join(' ', Packages)} (about 2 minutes, once)");
        await Command.CheckedAsync(["debootstrap", "--foreign", "--variant=minbase", $"--include={string.Join(',', Packages)}", Suite, unfinished], cancel, limit: BuildLimit);
        ForbidServers(unfinished);
        await Command.CheckedAsync(["chroot", unfinished, "/debootstrap/debootstrap", "--second-stage"], cancel, limit: BuildLimit);
        foreach (var proof in Proofs.Where(proof => !File.Exists($"{unfinished}/{proof}")))
        {
            throw new LabException($"debootstrap ended without an error but left no {proof} in {unfinished}");
        }

        // Packages and lists are of no use on a node.
        await Command.CheckedAsync(["sh", "-c", $"rm -rf {unfinished}/var/cache/apt/archives/*.deb {unfinished}/var/lib/apt/lists/*"], cancel);
        Directory.Move(unfinished, Path);
    }

    /// <summary>PostgreSQL's installation would make a cluster and start it on this machine. 101 is what invoke-rc.d takes for "not allowed".</summary>
    private static void ForbidServers(string root)
    {
        Directory.CreateDirectory($"{root}/etc/postgresql-common");
        File.WriteAllText($"{root}/etc/postgresql-common/createcluster.conf", "create_main_cluster = false\n");
        File.WriteAllText($"{root}/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n");
        File.SetUnixFileMode($"{root}/usr/sbin/policy-rc.d", (UnixFileMode)0b111_101_101);
    }

    private static void RemoveUnfinished()
    {
        foreach (var folder in Directory.GetDirectories(CacheFolder, "*.unfinished-*"))
        {
            var maker = folder[(folder.LastIndexOf('-') + 1)..];
            if (!Directory.Exists($"/proc/{maker}"))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private static string Hash() =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Suite + "\n" + string.Join('\n', Packages))))[..12];
}
