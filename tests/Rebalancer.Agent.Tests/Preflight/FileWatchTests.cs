using Rebalancer.Agent.Preflight;

namespace Rebalancer.Agent.Tests.Preflight;

public sealed class FileWatchTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("watched-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void Parse_InotifyLine_GivesTheInode() =>
        Assert.Equal(new InodeKey(0x800013, 0x9e7e), FileWatch.Parse("inotify wd:3 ino:9e7e sdev:800013 mask:800afce ignored_mask:0 fhandle-bytes:8 fhandle-type:1 f_handle:7e9e0000640d1b6d"));

    [Theory]
    [InlineData("")]
    [InlineData("pos:\t0")]
    [InlineData("inotify wd:3 ino:zz sdev:800013")]
    [InlineData("inotify wd:3 ino:9e7e")]
    [InlineData("inotify wd:3 ino:9e7e sdev:fffffffff")]
    [InlineData("fanotify ino:9e7e sdev:800013 mflags:0")]
    public void Parse_AnyOtherLine_IsNull(string line) => Assert.Null(FileWatch.Parse(line));

    [Fact]
    public void Of_OwnProcess_FindsWhatItWatches()
    {
        using var watcher = new FileSystemWatcher(root) { EnableRaisingEvents = true };

        var watches = new FileWatches(new ProcFolder()).Of(Environment.ProcessId).ToList();

        var status = FileTree.Status(root);
        Assert.Contains(new InodeKey(status.Device, status.Inode), watches.Select(watch => watch.Watched));
    }

    [Fact]
    public void Search_InodesBelowTheRoot_GetTheirPathsInTheContainer()
    {
        Directory.CreateDirectory(Path.Combine(root, "app/deep"));
        File.WriteAllText(Path.Combine(root, "app/deep/file"), "");
        var search = Search("app/deep/file", "app", ".");

        search.Look("/app");
        search.Look("/");

        Assert.Equal(["/", "/app", "/app/deep/file"], search.Found.Values.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Search_WhatIsNotThere_IsNotFound()
    {
        var search = new InodeSearch(root, FileTree.Status(root).Device, [ulong.MaxValue]);

        search.Look("/");
        search.Look("/no/such/folder");

        Assert.Empty(search.Found);
    }

    /// <summary>A link in a container must not lead the search out of it.</summary>
    [Fact]
    public void Search_Links_AreNotFollowed()
    {
        var outside = Directory.CreateTempSubdirectory("outside-").FullName;
        File.WriteAllText(Path.Combine(outside, "file"), "");
        File.CreateSymbolicLink(Path.Combine(root, "link"), outside);
        var search = new InodeSearch(root, FileTree.Status(root).Device, [FileTree.Inode(Path.Combine(outside, "file"))]);

        search.Look("/");

        Directory.Delete(outside, recursive: true);
        Assert.Empty(search.Found);
    }

    [Fact]
    public void Search_AnotherFileSystem_IsLeftOut()
    {
        File.WriteAllText(Path.Combine(root, "file"), "");
        var search = new InodeSearch(root, FileTree.Status(root).Device + 1, [FileTree.Inode(Path.Combine(root, "file"))]);

        search.Look("/");

        Assert.Empty(search.Found);
    }

    private InodeSearch Search(params string[] paths) =>
        new(root, FileTree.Status(root).Device, paths.Select(path => FileTree.Inode(path == "." ? root : Path.Combine(root, path))));
}
