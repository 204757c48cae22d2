using System.IO.Hashing;
using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Transfer;
using Rebalancer.Agent.Transfer.Images;

namespace Rebalancer.Agent.Tests.Transfer.Images;

public sealed class ImageReceiverTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("images-").FullName;
    private readonly ImageReceiver receiver;

    public ImageReceiverTests() => receiver = new ImageReceiver(folder, [], folder, estimatedBytes: 0);

    public void Dispose()
    {
        receiver.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("../evil")]
    [InlineData("/etc/cron.d/evil")]
    [InlineData("sub/evil")]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData(".hidden")]
    [InlineData("")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("ä.img")]
    public void Write_NameThatIsNone_IsRefusedAndNothingIsWritten(string path)
    {
        Assert.Throws<TransferException>(() => receiver.Write(path, 0, [1]));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
        Assert.False(File.Exists(Path.Combine(Path.GetDirectoryName(folder)!, "evil")));
    }

    [Theory]
    [InlineData("web/pages-1.img", true)]
    [InlineData("pages-1.img", false)]
    [InlineData("db/pages-1.img", false)]
    [InlineData("web/../db/pages-1.img", false)]
    [InlineData("web/sub/pages-1.img", false)]
    [InlineData("web/..", false)]
    [InlineData("web/", false)]
    [InlineData("/web/pages-1.img", false)]
    [InlineData("../web/pages-1.img", false)]
    public void Write_SeveralContainers_OnlyIntoTheirFolders(string path, bool isAllowed)
    {
        Directory.CreateDirectory(Path.Combine(folder, "web"));
        Directory.CreateDirectory(Path.Combine(folder, "db"));
        using var several = new ImageReceiver(folder, ["web"], folder, estimatedBytes: 0);
        if (isAllowed) { several.Write(path, 0, [1]); }
        else { Assert.Throws<TransferException>(() => several.Write(path, 0, [1])); }
        string[] written = isAllowed ? [Path.Combine(folder, path)] : [];
        Assert.Equal(written, Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void Write_NameTooLong_IsRefused() => Assert.Throws<TransferException>(() => receiver.Write(new string('a', 129), 0, [1]));

    [Fact]
    public void Write_LinkLaidInTheFolder_IsNotFollowed()
    {
        var outside = Path.Combine(folder, "..", Path.GetRandomFileName());
        File.CreateSymbolicLink(Path.Combine(folder, "core-1.img"), outside);
        Assert.Throws<IOException>(() => receiver.Write("core-1.img", 0, [1]));
        Assert.False(File.Exists(outside));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    public void Write_BytesOutOfOrder_AreRefused(long offset) => Assert.Throws<TransferException>(() => receiver.Write("pages-1.img", offset, [1]));

    [Fact]
    public void Write_MoreThanAnnounced_IsRefused()
    {
        var data = new byte[TransferLimits.ChunkBytes];
        var e = Assert.Throws<TransferException>(() =>
        {
            for (long at = 0; at <= TransferLimits.SlackBytes; at += data.Length) { receiver.Write("pages-1.img", at, data); }
        });
        Assert.Contains("larger than", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_TooManyFiles_IsRefused()
    {
        for (var i = 0; i < TransferLimits.Files; i++) { receiver.Write($"f{i}", 0, []); }
        Assert.Throws<TransferException>(() => receiver.Write("one-more", 0, []));
    }

    [Fact]
    public void Complete_EverythingCame_LeavesPrivateFiles()
    {
        receiver.Write("pages-1.img", 0, [1, 2]);
        receiver.Write("pages-1.img", 2, [3]);
        receiver.Write("empty.img", 0, []);
        receiver.Complete(new Manifest { Files = { File_("pages-1.img", [1, 2, 3]), File_("empty.img", []) } });
        Assert.Equal([1, 2, 3], File.ReadAllBytes(Path.Combine(folder, "pages-1.img")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, "pages-1.img")));
    }

    [Theory]
    [InlineData("pages-1.img", new byte[] { 1, 2, 4 })]
    [InlineData("pages-1.img", new byte[] { 1, 2 })]
    [InlineData("pages-2.img", new byte[] { 1, 2, 3 })]
    public void Complete_ManifestOfSomethingElse_IsRefused(string path, byte[] content)
    {
        receiver.Write("pages-1.img", 0, [1, 2, 3]);
        Assert.Throws<TransferException>(() => receiver.Complete(new Manifest { Files = { File_(path, content) } }));
    }

    [Fact]
    public void Complete_FileMissingInManifest_IsRefused()
    {
        receiver.Write("pages-1.img", 0, [1]);
        Assert.Throws<TransferException>(() => receiver.Complete(new Manifest()));
    }

    private static ManifestFile File_(string path, byte[] content) => new() { Path = path, Length = content.Length, XxHash3 = XxHash3.HashToUInt64(content) };
}
