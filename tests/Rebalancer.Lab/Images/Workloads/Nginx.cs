using System.Globalization;
using System.Text;
using k8s.Models;

namespace Rebalancer.Lab.Images.Workloads;

/// <summary>Debian's nginx, which serves one large file: mostly hole, so that it takes little room and moves fast, and at each mebibyte some bytes of its own.</summary>
internal static class Nginx
{
    public const string Image = "lab.local/nginx:1";
    public const int Port = 8080;
    public const string Path = "/large";
    public const long Bytes = 2L << 30;
    private const int MarkEvery = 1 << 20;
    private const int MarkBytes = 1 << 14;
    private const int MemoryMegabytes = 64;

    // Workers of another user than root need an agent with CAP_SYS_RESOURCE, which the lab's machine may not have.
    private const string Settings = """
        daemon off;
        user root;
        worker_processes 2;
        error_log stderr;
        pid /tmp/nginx.pid;
        events {}
        http {
            access_log off;
            sendfile on;
            keepalive_requests 1000000;
            send_timeout 10m;
            server {
                listen 8080;
                root /data;
            }
        }
        """;

    private static readonly string Script = string.Create(CultureInfo.InvariantCulture, $$"""
        set -e
        i=0
        while [ $i -lt {{Bytes / MarkEvery}} ]; do
            busybox yes "mebibyte $i" | busybox dd of=/data{{Path}} bs={{MarkBytes}} count=1 seek=$((i * {{MarkEvery / MarkBytes}})) iflag=fullblock conv=notrunc 2>/dev/null
            i=$((i + 1))
        done
        busybox truncate -s {{Bytes}} /data{{Path}}
        exec nginx -c /etc/nginx.conf
        """);

    public static async Task<(ImageConfig Config, IEnumerable<ImageFile> Files)> BuildAsync(DebianFiles debian, string folder, CancellationToken cancel) =>
        (new ImageConfig(Image, "/bin/sh", "-c", Script) { Environment = ["PATH=/usr/sbin:/bin"] },
        [
            .. LabImages.Shell(debian), .. await debian.ProgramsAsync(cancel, "/usr/sbin/nginx"),
            ImageFile.Content("/etc/nginx.conf", Settings), ImageFile.Content("/etc/group", "root:x:0:\n"), ImageFile.Folder("/var/lib/nginx"), ImageFile.Folder("/var/log/nginx"),
        ]);

    public static V1PodSpec Spec()
    {
        var spec = WorkloadPod.Spec("nginx", Image, Port, cpuMilli: 200, MemoryMegabytes);
        spec.Containers[0].VolumeMounts = [new V1VolumeMount { Name = "data", MountPath = "/data" }];
        spec.Volumes = [new V1Volume { Name = "data", EmptyDir = new V1EmptyDirVolumeSource() }];
        return spec;
    }

    /// <summary>Writes into a zeroed span what the file holds at an offset.</summary>
    public static void ContentAt(long offset, Memory<byte> into)
    {
        for (var mark = offset / MarkEvery; mark * MarkEvery < offset + into.Length; mark++)
        {
            var line = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"mebibyte {mark}\n"));
            for (var at = Math.Max(0, offset - (mark * MarkEvery)); at < MarkBytes && (mark * MarkEvery) + at < offset + into.Length; at++)
            {
                into.Span[(int)((mark * MarkEvery) + at - offset)] = line[at % line.Length];
            }
        }
    }
}
