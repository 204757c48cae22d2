using System.Security.Cryptography;
using System.Text;
using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Host;

/// <summary>A root file system of Debian testing, made once by debootstrap and kept outside of the work tree.</summary>
/// <param name="name">Of its folder.</param>
/// <param name="purpose">What it is, for the log.</param>
/// <param name="packages">Beside those that every Debian has.</param>
/// <param name="proofs">Files that are there when the packages are.</param>
internal sealed class DebianRoot(string name, string purpose, IReadOnlyList<string> packages, IReadOnlyList<string> proofs)
{
    /// <summary>Testing, since CRIU dumps TCP sockets on current kernels only from 4.2 on.</summary>
    private const string Suite = "testing";

    private static readonly TimeSpan BuildLimit = TimeSpan.FromMinutes(15);

    public string Path { get; } = $"{RootFileSystem.CacheFolder}/{name}-{Hash(packages)}";

    public bool Exists => Directory.Exists(Path);

    /// <summary>Makes it when it is not there. It gets its name only when complete, so that an interrupted build is never used.</summary>
    /// <exception cref="CommandException">debootstrap failed.</exception>
    public async Task EnsureAsync(TextWriter log, CancellationToken cancel)
    {
        if (Exists)
        {
            return;
        }

        Directory.CreateDirectory(RootFileSystem.CacheFolder);
        RemoveUnfinished();
        var unfinished = $"{Path}.unfinished-{Environment.ProcessId}";
        log.WriteLine($"making {purpose} {Path} with debootstrap: {string.Join(' ', packages)} (about 2 minutes, once)");
        await Command.CheckedAsync(["debootstrap", "--foreign", "--variant=minbase", $"--include={string.Join(',', packages)}", Suite, unfinished], cancel, limit: BuildLimit);
        ForbidServers(unfinished);
        await Command.CheckedAsync(["chroot", unfinished, "/debootstrap/debootstrap", "--second-stage"], cancel, limit: BuildLimit);
        foreach (var proof in proofs.Where(proof => !File.Exists($"{unfinished}/{proof}")))
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
        foreach (var folder in Directory.GetDirectories(RootFileSystem.CacheFolder, "*.unfinished-*"))
        {
            var maker = folder[(folder.LastIndexOf('-') + 1)..];
            if (!Directory.Exists($"/proc/{maker}"))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private static string Hash(IReadOnlyList<string> packages) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Suite + "\n" + string.Join('\n', packages))))[..12];
}
