using Rebalancer.Agent.Files;
using Rebalancer.Agent.Files.Archive;
using Rebalancer.Agent.Files.Native;
using Rebalancer.Agent.Files.Trees;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Tests.Files;

/// <summary>An archive from a peer that means harm: nothing outside of the folder changes, and it ends with an error.</summary>
public sealed class HostileArchiveTests : IDisposable
{
    private const ushort Regular = 0x81A4, Folder = 0x41ED, Symlink = 0xA1FF, Character = 0x21A4, Block = 0x61A4;
    private readonly TestTree tree = new();
    private readonly MemoryStream bytes = new();
    private readonly ArchiveWriter archive;
    private readonly string outside;

    public HostileArchiveTests()
    {
        archive = new ArchiveWriter(bytes);
        outside = tree.Source;
        File.WriteAllText(Path.Combine(outside, "victim"), "untouched");
    }

    public void Dispose()
    {
        Assert.Equal("untouched", File.ReadAllText(Path.Combine(outside, "victim")));
        Assert.Equal(["victim"], Directory.EnumerateFileSystemEntries(outside).Select(path => Path.GetFileName(path)!));
        bytes.Dispose();
        tree.Dispose();
    }

    [Theory]
    [InlineData("../source/evil")]
    [InlineData("..")]
    [InlineData("a/../../source/evil")]
    [InlineData("/tmp/evil")]
    [InlineData("")]
    [InlineData("a//b")]
    [InlineData("./a")]
    [InlineData("a/.")]
    [InlineData("a\0b")]
    public void Path_ThatLeavesOrIsNone_IsRefused(string path)
    {
        archive.File(Of(path, Regular));
        Refused();
    }

    [Theory]
    [InlineData("../source/victim")]
    [InlineData("/etc")]
    public void Delete_Outside_IsRefused(string path)
    {
        archive.Delete(path);
        Refused();
    }

    [Fact]
    public void Name_TooLong_IsRefused()
    {
        archive.File(Of(new string('a', 256), Regular));
        Refused();
    }

    [Theory]
    [InlineData("../source")]
    [InlineData("/")]
    public void FileBelowALink_IsRefused(string target)
    {
        archive.File(Of("link", Symlink, target));
        archive.File(Of("link/evil", Regular));
        BrokenOff();
    }

    [Fact]
    public void DeleteBelowALink_DeletesNothing()
    {
        archive.File(Of("link", Symlink, "../source"));
        archive.Delete("link/victim");
        archive.End();
        tree.Receive(bytes.ToArray());
        Assert.True(tree.IsComplete);
    }

    [Fact]
    public void FileOverALink_ReplacesTheLink()
    {
        archive.File(Of("link", Symlink, "../source/victim"));
        archive.File(Of("link", Regular) with { Size = 4 });
        archive.Data(0, "evil"u8);
        archive.End();
        tree.Receive(bytes.ToArray());
        Assert.Equal("evil", File.ReadAllText(Path.Combine(tree.Target, "link")));
    }

    [Theory]
    [InlineData("../source/victim")]
    [InlineData("/etc/passwd")]
    public void HardLink_Outside_IsRefused(string target)
    {
        archive.File(Of("mine", Regular, target));
        Refused();
    }

    [Fact]
    public void HardLink_ThroughALink_IsRefused()
    {
        archive.File(Of("link", Symlink, "../source"));
        archive.File(Of("mine", Regular, "link/victim"));
        BrokenOff();
    }

    [Fact]
    public void HardLink_OfALink_IsRefused()
    {
        archive.File(Of("file", Symlink, "../source/victim"));
        archive.File(Of("mine", Regular, "file"));
        Refused();
    }

    [Theory]
    [InlineData(Block)]
    [InlineData(0)]
    [InlineData(0x1FF)]
    public void Kind_ThatDoesNotTravel_IsRefused(ushort mode)
    {
        archive.File(Of("device", mode));
        Refused();
    }

    [Fact]
    public void CharacterDevice_InALayer_IsAWhiteoutAndNothingElse()
    {
        archive.File(Of("gone", Character));
        archive.End();
        tree.Receive(bytes.ToArray());
        Assert.True(tree.TargetFolder.Find("gone")!.Value.IsWhiteout);
    }

    [Fact]
    public void CharacterDevice_InAVolume_IsRefused()
    {
        using var volume = new TestTree(TreeKind.Disk);
        archive.File(Of("gone", Character));
        Assert.Throws<ArchiveException>(() => volume.Receive(bytes.ToArray()));
    }

    [Theory]
    [InlineData("security.selinux")]
    [InlineData("trusted.overlay.redirect")]
    [InlineData("trusted.overlay.metacopy")]
    [InlineData("user.overlay.opaque")]
    [InlineData("system.nfs4_acl")]
    public void Attribute_OutsideTheList_IsRefused(string name)
    {
        archive.File(Of("file", Regular) with { Attributes = [new FileAttribute(name, [1])] });
        Refused();
    }

    [Fact]
    public void Bytes_MoreThanAllowed_AreRefused()
    {
        archive.File(Of("file", Regular) with { Size = 3000 });
        archive.Data(0, new byte[1000]);
        archive.Data(1000, new byte[1000]);
        Assert.Throws<ArchiveException>(() => tree.Receive(bytes.ToArray(), maximumBytes: 1999));
        Assert.Equal(1000, TestTree.Shell($"tr -d x < '{tree.Target}/file' | head -c 1000").Length);
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(5, 6)]
    [InlineData(long.MaxValue, 1)]
    public void Data_OutsideItsFile_IsRefused(long offset, int length)
    {
        archive.File(Of("file", Regular) with { Size = 10 });
        archive.Data(offset, new byte[length]);
        Refused();
    }

    [Fact]
    public void Data_OfNoFile_IsRefused()
    {
        archive.Data(0, [1]);
        Refused();
    }

    [Fact]
    public void Truncated_AtEveryByte_IsNeverComplete()
    {
        archive.File(Of("file", Regular) with { Size = 3, Attributes = [new FileAttribute("user.a", [1])] });
        archive.Data(0, [1, 2, 3]);
        archive.End();
        var whole = bytes.ToArray();
        for (var length = 1; length < whole.Length; length++)
        {
            tree.Receive(whole[..length]);
            Assert.False(tree.IsComplete);
        }
        tree.Receive(whole);
        Assert.True(tree.IsComplete);
    }

    [Fact]
    public void Garbled_AnyByteOfAHead_IsRefusedOrIncomplete()
    {
        archive.File(Of("file", Regular));
        archive.End();
        var whole = bytes.ToArray();
        for (var at = 0; at < 13; at++)
        {
            var garbled = (byte[])whole.Clone();
            garbled[at] ^= 0x80;
            try
            {
                tree.Receive(garbled);
                Assert.False(tree.IsComplete);
            }
            catch (ArchiveException)
            {
                // Just as good.
            }
        }
    }

    [Fact]
    public void Record_AfterTheEnd_IsRefused()
    {
        archive.End();
        archive.File(Of("late", Regular));
        Refused();
    }

    [Fact]
    public void Files_TooMany_AreRefused()
    {
        var rules = new RecordRules(TreeKind.Layer, long.MaxValue);
        var root = new FileRecord(RawName.Root, Folder, 0, 0, default, 0, "", []);
        for (var i = 0; i < 3 * FileLimits.Entries; i++) { rules.Check(root); }
        Assert.Throws<ArchiveException>(() => rules.Check(root));
    }

    private static FileRecord Of(string path, ushort mode, string target = "") => new(path, mode, 0, 0, default, 0, target, []);

    private void Refused() => Assert.Throws<ArchiveException>(() => tree.Receive(bytes.ToArray()));

    /// <summary>The kernel itself refuses to go there.</summary>
    private void BrokenOff() => Assert.Throws<LinuxException>(() => tree.Receive(bytes.ToArray()));
}
