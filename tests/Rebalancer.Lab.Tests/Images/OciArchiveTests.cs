using System.Formats.Tar;
using System.Text.Json;
using Rebalancer.Lab.Images;

namespace Rebalancer.Lab.Tests.Images;

public sealed class OciArchiveTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("rebalancer-image-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Build_SameFilesTwice_SameDigests()
    {
        Assert.Equal(await BlobsAsync("one", "content"), await BlobsAsync("two", "content"));
        Assert.NotEqual(await BlobsAsync("three", "content"), await BlobsAsync("four", "other content"));
    }

    [Fact]
    public async Task Build_Image_IndexNamesIt()
    {
        await BlobsAsync("named", "content");
        await using var tar = new TarReader(File.OpenRead($"{folder}/named.tar"));
        while (await tar.GetNextEntryAsync() is { } entry)
        {
            if (entry.Name == "index.json")
            {
                var index = await JsonDocument.ParseAsync(entry.DataStream!);
                var annotations = index.RootElement.GetProperty("manifests")[0].GetProperty("annotations");
                Assert.Equal("lab.local/x:1", annotations.GetProperty("io.containerd.image.name").GetString());
                return;
            }
        }

        Assert.Fail("no index.json");
    }

    [Fact]
    public async Task Build_MissingSource_NamesTheFile()
    {
        var error = await Assert.ThrowsAsync<FileNotFoundException>(() =>
            OciArchive.BuildAsync($"{folder}/missing.tar", new ImageConfig("lab.local/x:1", "/x"), [ImageFile.Copy("/x", $"{folder}/none")], CancellationToken.None));
        Assert.Contains($"{folder}/none", error.Message, StringComparison.Ordinal);
    }

    private async Task<string[]> BlobsAsync(string name, string content)
    {
        var path = $"{folder}/{name}.tar";
        await OciArchive.BuildAsync(path, new ImageConfig("lab.local/x:1", "/bin/x"), [ImageFile.Content("/etc/x/y", content), ImageFile.Link("/bin/x", "y")], CancellationToken.None);
        var names = new List<string>();
        await using var tar = new TarReader(File.OpenRead(path));
        while (await tar.GetNextEntryAsync() is { } entry)
        {
            names.Add(entry.Name);
        }

        return [.. names];
    }
}
