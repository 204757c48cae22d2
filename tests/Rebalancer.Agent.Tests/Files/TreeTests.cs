using System.Net.Sockets;
using Rebalancer.Agent.Files;
using Rebalancer.Agent.Files.Native;
using Rebalancer.Agent.Files.Trees;
using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Tests.Files;

/// <summary>What is read of a tree is made again, in everything that a process can see.</summary>
public sealed class TreeTests
{
    [Fact]
    public void Carry_EveryKindOfFile_IsTheSame()
    {
        using var tree = new TestTree();
        TestTree.Shell($"""
            cd '{tree.Source}'; mkdir -m 1770 sub sub/deep empty; echo hello > sub/file; chmod 4755 sub/file; chown 1000:2000 sub; chown -h 3:4 sub/file
            ln sub/file sub/deep/again; ln -s ../../etc/passwd sub/link; ln -s $'\xff\xfe' raw; mkfifo -m 640 fifo; : > nothing
            dd if=/dev/urandom of=big bs=1M count=3 status=none; truncate -s 50M hole; printf end | dd of=hole bs=1 seek=40M conv=notrunc status=none
            mknod whiteout c 0 0; ln whiteout whiteout2; touch $'name\xff\n with'; chmod 700 .
            touch -d '2001-02-03 04:05:06.123456789' sub/file big sub/deep; touch -h -d '1969-01-01' sub/link; touch -d 1990-01-01 sub .
            """);
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)) { socket.Bind(new UnixDomainSocketEndPoint(tree["socket"])); TestTree.Shell($"mv '{tree["socket"]}' '{tree["kept"]}'"); }
        Set(tree, "big", "security.capability", Convert.FromHexString("0100000200040000000000000000000000000000"));
        Set(tree, "big", "user.note", [0, 255, 10]);
        Set(tree, "sub", "system.posix_acl_default", Convert.FromHexString("0200000001000700ffffffff04000500ffffffff20000500ffffffff"));
        Set(tree, "empty", "trusted.overlay.opaque", "y"u8.ToArray());
        TestTree.Shell($"cd '{tree.Source}'; touch -d 1990-01-01 sub .");

        tree.Carry();

        Assert.True(tree.IsComplete);
        // A whiteout shared by two names becomes two: overlay does not care.
        Assert.Equal(Normal(TestTree.Describe(tree.Source)), Normal(TestTree.Describe(tree.Target)));
        Assert.Contains("big user.note=00FF0A", TestTree.Describe(tree.Target), StringComparison.Ordinal);
        Assert.InRange(tree.SentBytes, 3 << 20, 4 << 20);
        Assert.Equal("4\n", TestTree.Shell($"du -m '{tree.Target}' | tail -1 | cut -f1"));

        static string Normal(string text) => System.Text.RegularExpressions.Regex.Replace(text, @"(whiteout2? c \S+ \S+) \d", "$1");
    }

    [Fact]
    public void Carry_ChangedMeanwhile_IsAsItWasAtTheEnd()
    {
        using var tree = new TestTree();
        TestTree.Shell($"""
            cd '{tree.Source}'; mkdir -p keep gone/x was moved type; echo 1 > keep/a; echo 2 > keep/b; echo 3 > gone/x/y; echo 4 > was/file; echo 5 > type/file; echo 6 > other; echo 7 > once; ln once twice
            dd if=/dev/zero of=large bs=1M count=20 status=none; touch -d 2000-01-01 keep gone was moved type . ; sleep 0.05
            """);
        tree.Carry(() => TestTree.Shell($"""
            cd '{tree.Source}'; echo changed > keep/a; touch -d 2000-01-01 keep/a; rm -r gone; mv was moved/is; rm -r type; echo 8 > type; rm other; mkdir other; echo 9 > other/new; chmod 600 keep/b; rm once; echo 10 >> twice
            ln -s keep sym; mknod removed c 0 0; touch -d 2000-01-01 keep moved
            """));
        Assert.Equal(TestTree.Describe(tree.Source), TestTree.Describe(tree.Target));
        Assert.InRange(tree.SentBytes, 20 << 20, 21 << 20);
    }

    [Fact]
    public void Carry_ChangedInEveryPass_IsAsItWasAtTheEndAndWhatDidNotChangeIsSentOnce()
    {
        using var tree = new TestTree();
        TestTree.Shell($"cd '{tree.Source}'; mkdir a b; echo 1 > a/one; echo 2 > a/two; echo 3 > three; dd if=/dev/zero of=large bs=1M count=20 status=none; sleep 0.05");
        tree.Carry(
            () => TestTree.Shell($"cd '{tree.Source}'; echo changed > a/one; rm three; mkdir three; echo 4 > three/four; mv a/two b/two; dd if=/dev/zero of=second bs=1M count=10 status=none; sleep 0.05"),
            () => TestTree.Shell($"cd '{tree.Source}'; echo again > a/one; rm -r three; echo 5 > three; rm b/two; mkdir new; echo 6 > new/six; sleep 0.05"),
            () => TestTree.Shell($"cd '{tree.Source}'; rm new/six; echo last >> three"));
        Assert.Equal(TestTree.Describe(tree.Source), TestTree.Describe(tree.Target));
        Assert.InRange(tree.SentBytes, 30 << 20, 31 << 20);
    }

    [Fact]
    public void Carry_FolderReplacedByLink_NothingIsWrittenThroughIt()
    {
        using var tree = new TestTree();
        using var outside = new TestTree();
        TestTree.Shell($"mkdir '{tree.Source}/sub'; echo a > '{tree.Source}/sub/file'; sleep 0.05");
        tree.Carry(() => TestTree.Shell($"cd '{tree.Source}'; rm -r sub; ln -s '{outside.Target}' sub"));
        Assert.Equal(TestTree.Describe(tree.Source), TestTree.Describe(tree.Target));
        Assert.Empty(Directory.EnumerateFileSystemEntries(outside.Target));
    }

    [Fact]
    public void Read_MountPointsOfTheContainer_AreNoContent()
    {
        using var tree = new TestTree(TreeKind.Layer, "etc/hosts", "dev", "data");
        TestTree.Shell($"cd '{tree.Source}'; mkdir -p etc dev/shm data; : > etc/hosts; : > dev/termination-log; echo hidden > data/x; echo mine > etc/mine");
        tree.Carry();
        Assert.Equal(["data", "dev", "etc", "etc/mine"], Directory.EnumerateFileSystemEntries(tree.Target, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(tree.Target, path)).Order());
    }

    [Theory]
    [InlineData("mknod it c 1 3", "", "it")]
    [InlineData("mknod it b 8 0", "", "it")]
    [InlineData("mkdir it", "trusted.overlay.redirect", "trusted.overlay.redirect")]
    [InlineData(": > it", "trusted.overlay.metacopy", "trusted.overlay.metacopy")]
    [InlineData(": > it", "trusted.mine", "trusted.mine")]
    public void Measure_WhatCannotBeCarried_IsRefusedByName(string script, string attribute, string named)
    {
        using var tree = new TestTree();
        TestTree.Shell($"cd '{tree.Source}'; {script}");
        if (attribute.Length > 0) { Set(tree, "it", attribute, "x"u8.ToArray()); }
        var refused = Assert.Throws<MoveException>(() => FileRules.Check([tree.Tree]));
        Assert.Equal(Reasons.WritableLayer, refused.Reason);
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Measure_TooMuch_IsRefusedWithSizeAndLimit()
    {
        using var tree = new TestTree();
        // Reserved, not written.
        TestTree.Shell($"fallocate -l {FileLimits.TotalBytes + 4096} '{tree["large"]}'");
        var refused = Assert.Throws<MoveException>(() => FileRules.Check([tree.Tree]));
        Assert.Equal(Reasons.FilesTooLarge, refused.Reason);
        Assert.Contains($"{FileLimits.TotalBytes}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Measure_CountsWhatIsOnDisk()
    {
        using var tree = new TestTree();
        TestTree.Shell($"cd '{tree.Source}'; truncate -s 1T hole; dd if=/dev/zero of=full bs=4096 count=10 status=none; ln full again");
        Assert.Equal(40960, FileRules.Check([tree.Tree]).DiskBytes);
    }

    [Fact]
    public void Move_OntoWhatIsThere_ReplacesFilesAndKeepsFolders()
    {
        using var tree = new TestTree();
        TestTree.Shell($"cd '{tree.Source}'; mkdir -m 711 sub; echo new > sub/a; echo new > b; mkdir c; echo in > c/d; touch -d 2000-01-01 sub; cd '{tree.Target}'; mkdir sub b; echo old > sub/a; echo old > sub/old; echo old > b/x; echo old > c");
        var inode = tree.SourceFolder.Find("b")!.Value.Inode;
        TreeMove.Move(tree.SourceFolder, tree.TargetFolder, tree.Tree);
        Assert.Equal("new\n", File.ReadAllText(Path.Combine(tree.Target, "sub/a")));
        Assert.Equal("old\n", File.ReadAllText(Path.Combine(tree.Target, "sub/old")));
        Assert.Equal("in\n", File.ReadAllText(Path.Combine(tree.Target, "c/d")));
        Assert.Equal("711 946684800\n", TestTree.Shell($"TZ=UTC stat -c '%a %Y' '{tree.Target}/sub'"));
        Assert.Equal(inode, tree.TargetFolder.Find("b")!.Value.Inode);
    }

    private static void Set(TestTree tree, string path, string attribute, byte[] value) => ExtendedAttributes.Set(tree.SourceFolder, path, attribute, value);
}
