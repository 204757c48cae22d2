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

    /// <summary>Builds the archives into a folder. Returns their paths.</summary>
    public static async Task<IReadOnlyList<string>> BuildAsync(string rootFileSystem, string folder, CancellationToken cancel)
    {
        var debian = new DebianFiles(rootFileSystem);
        var busyBox = debian.File("/usr/bin/busybox", "/bin/busybox");
        ImageFile[] shell = [busyBox, .. Applets.Select(applet => ImageFile.Link("/bin/" + applet, "busybox")), ImageFile.Folder("/tmp", AnyoneMode), Users];
        (string File, ImageConfig Config, ImageFile[] Content)[] images =
        [
            ("pause", new ImageConfig(Pause, "/bin/busybox", "sleep", "infinity"), [busyBox]),
            ("busybox", new ImageConfig(BusyBox, "/bin/sh"), shell),
            ("redis", new ImageConfig(Redis.Image, Redis.Command) { WorkingFolder = "/data" }, [.. shell, .. await RedisFilesAsync(debian, cancel)]),
            ("echo", new ImageConfig(EchoServer.Image, EchoServer.Command), [.. shell, .. await PythonFilesAsync(debian, cancel)]),
        ];
        await Task.WhenAll(images.Select(image => OciArchive.BuildAsync($"{folder}/{image.File}.tar", image.Config, image.Content, cancel)));
        return [.. images.Select(image => $"{folder}/{image.File}.tar")];
    }

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
