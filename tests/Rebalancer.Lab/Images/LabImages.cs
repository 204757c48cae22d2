using Rebalancer.Lab.Images.Workloads;

namespace Rebalancer.Lab.Images;

/// <summary>The images that every node has.</summary>
public static class LabImages
{
    public const string Pause = "lab.local/pause:1";
    public const string BusyBox = "lab.local/busybox:1";

    private const UnixFileMode AnyoneMode = (UnixFileMode)0b1_111_111_111;

    private static readonly string[] Applets = ["cat", "cp", "cut", "echo", "grep", "httpd", "kill", "ls", "mkdir", "nc", "ps", "rm", "sh", "sleep", "touch", "true", "false", "wget"];
    private static readonly string[] UnusedPython = ["/test/", "/idlelib/", "/ensurepip/", "/__pycache__/", "/config-3", "/pydoc_data/", "/tkinter/", "/lib2to3/"];

    /// <summary>Builds one archive of all images into a folder. Returns its path.</summary>
    public static async Task<string> BuildAsync(string rootFileSystem, string folder, CancellationToken cancel)
    {
        var debian = new DebianFiles(rootFileSystem);
        var busyBox = debian.File("/usr/bin/busybox", "/bin/busybox");
        var shell = Shell(debian);
        (ImageConfig Config, IEnumerable<ImageFile> Files)[] images =
        [
            (new ImageConfig(Pause, "/bin/busybox", "sleep", "infinity"), [busyBox]),
            (new ImageConfig(BusyBox, "/bin/sh"), shell),
            (new ImageConfig(Redis.Image, Redis.Command) { WorkingFolder = "/data" }, shell.Concat(await RedisFilesAsync(debian, cancel))),
            (new ImageConfig(EchoServer.Image, EchoServer.Command), shell.Concat(await PythonFilesAsync(debian, cancel))),
        ];
        var archive = $"{folder}/lab.tar";
        await OciArchive.BuildAsync(archive, images, cancel);
        return archive;
    }

    /// <summary>A shell, what scripts use, and two users.</summary>
    internal static ImageFile[] Shell(DebianFiles debian) =>
        [debian.File("/usr/bin/busybox", "/bin/busybox"), .. Applets.Select(applet => ImageFile.Link("/bin/" + applet, "busybox")), ImageFile.Folder("/tmp", AnyoneMode), Users];

    private static async Task<ImageFile[]> RedisFilesAsync(DebianFiles debian, CancellationToken cancel) =>
        [.. await debian.ProgramsAsync(cancel, "/usr/bin/redis-server", "/usr/bin/redis-cli"), ImageFile.Folder("/data")];

    private static async Task<ImageFile[]> PythonFilesAsync(DebianFiles debian, CancellationToken cancel)
    {
        // Not by a pattern: "python3.*" matches python3 too.
        var version = Directory.GetDirectories(debian.Root + "/usr/lib").Select(Path.GetFileName).First(name => name!.StartsWith("python3.", StringComparison.Ordinal));
        var modules = debian.Folder($"/usr/lib/{version}", UnusedPython).Concat(debian.Folder("/usr/lib/python3/dist-packages/websockets", UnusedPython)).ToArray();
        var linked = modules.Select(module => module.Path).Where(path => path.EndsWith(".so", StringComparison.Ordinal));
        return [.. await debian.ProgramsAsync(cancel, ["/usr/bin/python3", .. linked]), .. modules];
    }

    private static ImageFile Users { get; } = ImageFile.Content("/etc/passwd", "root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n");
}
