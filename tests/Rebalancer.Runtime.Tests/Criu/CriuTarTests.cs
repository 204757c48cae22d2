using System.Diagnostics;
using Rebalancer.Agent.Local.Criu;
using Xunit;

namespace Rebalancer.Runtime.Tests.Criu;

/// <summary>CRIU's tar, called as CRIU calls it: the folder or the archive as standard input, the archive as standard output.</summary>
public sealed class CriuTarTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("criu-tar-").FullName;

    public CriuTarTests()
    {
        CriuTar.Install(Path.Combine(root, "tools"));
        Directory.CreateDirectory(Path.Combine(root, "from", "below"));
        File.WriteAllText(Path.Combine(root, "from", "below", "file"), "content");
        Directory.CreateDirectory(Path.Combine(root, "to"));
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void CreateAndExtract_AsInADumpOrNot_FolderIsTheSame(bool isDump)
    {
        Assert.Equal(0, Create("from", isDump));
        while (isDump && Directory.EnumerateFiles(root, "mark.*" + CriuTar.RunningEnding).Any()) { Thread.Yield(); }
        Assert.Empty(Directory.EnumerateFiles(root, "mark.*"));

        Assert.Equal(0, Run($"exec {Tool} --extract --gzip --no-unquote --no-wildcards --directory {root}/to < {root}/archive", isDump: false));

        Assert.Equal("content", File.ReadAllText(Path.Combine(root, "to", "below", "file")));
    }

    [Fact]
    public void Extract_CompressedArchiveOfAnOtherVersion_FolderIsTheSame()
    {
        Assert.Equal(0, Run($"exec tar --create --gzip --directory {root}/from . > {root}/archive", isDump: false));

        Assert.Equal(0, Run($"exec {Tool} --extract --gzip --no-unquote --no-wildcards --directory {root}/to < {root}/archive", isDump: false));

        Assert.Equal("content", File.ReadAllText(Path.Combine(root, "to", "below", "file")));
    }

    [Fact]
    public void Create_ReadOnlyFolder_PackedOnlyIfThereIsSomethingInIt()
    {
        const string Mount = "unshare --mount sh -c 'mount -t tmpfs -o ro,nr_inodes=1 none {0}/to && exec {1} --create --gzip --directory /proc/self/fd/0 . < {0}/to > {0}/archive'";
        Assert.Equal(0, Run(string.Format(System.Globalization.CultureInfo.InvariantCulture, Mount, root, Tool), isDump: false));
        Assert.Equal(0, new FileInfo(Path.Combine(root, "archive")).Length);
        Assert.Equal(0, Run($"exec {Tool} --extract --gzip --no-unquote --no-wildcards --directory {root}/to < {root}/archive", isDump: false));

        Assert.Equal(0, Run($"unshare --mount sh -c 'mount --bind {root}/from {root}/from && mount -o remount,ro,bind {root}/from && exec {Tool} --create --gzip --directory /proc/self/fd/0 . < {root}/from > {root}/archive'", isDump: false));
        Assert.NotEqual(0, new FileInfo(Path.Combine(root, "archive")).Length);
    }

    [Fact]
    public void Create_FolderCannotBePacked_FailedMarkStays()
    {
        Assert.Equal(0, Create("from/below/file", isDump: true));
        while (Directory.EnumerateFiles(root, "mark.*" + CriuTar.RunningEnding).Any()) { Thread.Yield(); }

        Assert.Single(Directory.EnumerateFiles(root, "mark.*" + CriuTar.FailedEnding));
    }

    private string Tool => Path.Combine(root, "tools", "tar");

    private int Create(string from, bool isDump) => Run(
        $"exec {Tool} --create --gzip --no-unquote --no-wildcards --one-file-system --check-links --preserve-permissions --sparse --numeric-owner --directory /proc/self/fd/0 . < {root}/{from} > {root}/archive", isDump);

    private int Run(string command, bool isDump)
    {
        var start = new ProcessStartInfo("sh", ["-c", command]);
        start.Environment["PATH"] = $"{root}/tools:{Environment.GetEnvironmentVariable("PATH")}";
        if (isDump) { start.Environment[CriuTar.MarkVariable] = Path.Combine(root, "mark"); }
        using var shell = Process.Start(start)!;
        shell.WaitForExit();
        return shell.ExitCode;
    }
}
