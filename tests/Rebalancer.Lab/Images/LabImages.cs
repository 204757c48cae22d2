namespace Rebalancer.Lab.Images;

/// <summary>The images that every node has.</summary>
public static class LabImages
{
    public const string Pause = "localhost/pause:1";
    public const string BusyBox = "localhost/busybox:1";
    public const string Redis = "localhost/redis:1";

    private static readonly string[] Applets = ["cat", "cp", "echo", "httpd", "kill", "ls", "mkdir", "nc", "ps", "rm", "sh", "sleep", "touch", "true", "false", "wget"];

    /// <summary>Builds the archives into a folder. Returns their paths.</summary>
    public static async Task<IReadOnlyList<string>> BuildAsync(string rootFileSystem, string folder, CancellationToken cancel)
    {
        var debian = new DebianFiles(rootFileSystem);
        var busyBox = debian.File("/usr/bin/busybox", "/bin/busybox");
        ImageFile[] shell = [busyBox, .. Applets.Select(applet => ImageFile.Link("/bin/" + applet, "busybox")), ImageFile.Folder("/tmp", AnyoneMode), RootUser];
        var pause = $"{folder}/pause.tar";
        await OciArchive.BuildAsync(pause, new ImageConfig(Pause, "/bin/busybox", "sleep", "infinity"), [busyBox], cancel);
        var box = $"{folder}/busybox.tar";
        await OciArchive.BuildAsync(box, new ImageConfig(BusyBox, "/bin/sh"), shell, cancel);
        var redis = $"{folder}/redis.tar";
        await OciArchive.BuildAsync(redis, RedisConfig, [.. shell, .. await debian.ProgramAsync("/usr/bin/redis-server", cancel), .. await debian.ProgramAsync("/usr/bin/redis-cli", cancel), ImageFile.Folder("/data")], cancel);
        return [pause, box, redis];
    }

    private const UnixFileMode AnyoneMode = (UnixFileMode)0b1_111_111_111;

    private static ImageFile RootUser { get; } = ImageFile.Content("/etc/passwd", "root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n");

    private static ImageConfig RedisConfig { get; } =
        new(Redis, "/usr/bin/redis-server", "--bind", "0.0.0.0", "--protected-mode", "no", "--save", "", "--enable-debug-command", "yes") { WorkingFolder = "/data" };
}
