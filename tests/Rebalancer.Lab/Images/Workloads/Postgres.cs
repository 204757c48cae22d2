using k8s.Models;
using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Images.Workloads;

/// <summary>Debian's PostgreSQL with its settings as they come; its files lie in a volume, so that the server started again finds them.</summary>
internal static class Postgres
{
    public const string Image = "lab.local/postgres:1";
    public const int Port = 5432;
    private const int MemoryMegabytes = 256;
    private const string Versions = "/usr/lib/postgresql";
    private const string Preload = "/lib/not-root.so";

    /// <summary>
    /// PostgreSQL refuses to run as root, and CRIU can read the limits of another user's process only with CAP_SYS_RESOURCE, which the lab's machine may not
    /// have. So it runs as root and takes itself for "nobody".
    /// </summary>
    private const string NotRoot = "unsigned getuid(void) { return 65534; } unsigned geteuid(void) { return 65534; }";

    private const string Script = """
        set -e
        if [ ! -f /data/db/PG_VERSION ]; then
            mkdir /data/db
            busybox chown 65534 /data/db
            initdb -D /data/db -U postgres -A trust --no-locale -E UTF8
            echo 'host all all all trust' >> /data/db/pg_hba.conf
        fi
        exec postgres -D /data/db -c listen_addresses=0.0.0.0 -c unix_socket_directories=/data
        """;

    /// <param name="folder">For a file that the image's archive is made of.</param>
    public static async Task<(ImageConfig Config, IEnumerable<ImageFile> Files)> BuildAsync(DebianFiles debian, string folder, CancellationToken cancel)
    {
        var version = Directory.GetDirectories(debian.Root + Versions).Select(Path.GetFileName).Order(StringComparer.Ordinal).Last()!;
        var programs = $"{Versions}/{version}";
        // The modules link to nothing that the server does not link to, apart from extensions that nobody here creates.
        var modules = debian.Folder($"{programs}/lib", "/bitcode/", "/pgxs/", "llvmjit");
        var linked = await debian.ProgramsAsync(cancel, $"{programs}/bin/postgres", $"{programs}/bin/initdb");
        ImageFile[] zones = [debian.File("/usr/share/zoneinfo/Etc/UTC"), debian.File("/usr/share/zoneinfo/GMT")];
        Directory.CreateDirectory(folder);
        await Command.CheckedAsync(["gcc", "-shared", "-nostdlib", "-fPIC", "-o", $"{folder}/not-root.so", "-x", "c", "-"], cancel, input: NotRoot);
        var notRoot = ImageFile.Copy(Preload, $"{folder}/not-root.so");
        var config = new ImageConfig(Image, "/bin/sh", "-c", Script) { Environment = [$"PATH={programs}/bin:/bin", $"LD_PRELOAD={Preload}"] };
        return (config, [.. LabImages.Shell(debian), .. linked, .. modules, .. debian.Folder($"/usr/share/postgresql/{version}", "/man/"), .. zones, notRoot]);
    }

    public static V1PodSpec Spec()
    {
        var spec = WorkloadPod.Spec("postgres", Image, Port, cpuMilli: 200, MemoryMegabytes);
        spec.Containers[0].VolumeMounts = [new V1VolumeMount { Name = "data", MountPath = "/data" }];
        spec.Volumes = [new V1Volume { Name = "data", EmptyDir = new V1EmptyDirVolumeSource() }];
        return spec;
    }
}
