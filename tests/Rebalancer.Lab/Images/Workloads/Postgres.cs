using k8s.Models;

namespace Rebalancer.Lab.Images.Workloads;

/// <summary>Debian's PostgreSQL with its settings as they come; its files lie in a volume, so that the server started again finds them.</summary>
internal static class Postgres
{
    public const string Image = "lab.local/postgres:1";
    public const int Port = 5432;
    private const int MemoryMegabytes = 256;
    /// <summary>"nobody": the server refuses to run as root.</summary>
    private const long User = 65534;
    private const string Versions = "/usr/lib/postgresql";

    private const string Script = """
        set -e
        if [ ! -f /data/db/PG_VERSION ]; then
            initdb -D /data/db -U postgres -A trust --no-locale -E UTF8
            echo 'host all all all trust' >> /data/db/pg_hba.conf
        fi
        exec postgres -D /data/db -c listen_addresses=0.0.0.0 -c unix_socket_directories=/data
        """;

    public static async Task<(ImageConfig Config, IEnumerable<ImageFile> Files)> BuildAsync(DebianFiles debian, CancellationToken cancel)
    {
        var version = Directory.GetDirectories(debian.Root + Versions).Select(Path.GetFileName).Order(StringComparer.Ordinal).Last()!;
        var programs = $"{Versions}/{version}";
        var modules = debian.Folder($"{programs}/lib", "/bitcode/", "llvmjit").ToArray();
        var linked = await debian.ProgramsAsync(cancel, [$"{programs}/bin/postgres", $"{programs}/bin/initdb", .. modules.Select(module => module.Path)]);
        var config = new ImageConfig(Image, "/bin/sh", "-c", Script) { Environment = [$"PATH={programs}/bin:/bin"] };
        return (config, [.. LabImages.Shell(debian), .. linked, .. debian.Folder($"/usr/share/postgresql/{version}", "/man/"), debian.File("/usr/share/zoneinfo/Etc/UTC"), debian.File("/usr/share/zoneinfo/GMT")]);
    }

    public static V1PodSpec Spec()
    {
        var spec = WorkloadPod.Spec("postgres", Image, Port, cpuMilli: 200, MemoryMegabytes);
        spec.SecurityContext = new V1PodSecurityContext { RunAsUser = User, RunAsGroup = User, FsGroup = User };
        spec.Containers[0].VolumeMounts = [new V1VolumeMount { Name = "data", MountPath = "/data" }];
        spec.Volumes = [new V1Volume { Name = "data", EmptyDir = new V1EmptyDirVolumeSource() }];
        return spec;
    }
}
