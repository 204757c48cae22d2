using Rebalancer.Agent.Files;
using Rebalancer.Agent.Files.Trees;
using Rebalancer.Agent.Transfer.Images;

namespace Rebalancer.Agent.Tests.Files;

public sealed class NamesTests
{
    [Theory]
    [InlineData(TreeKind.Layer, "main")]
    [InlineData(TreeKind.Disk, "my-data-0")]
    [InlineData(TreeKind.Memory, "cache")]
    [InlineData(TreeKind.SharedMemory, "pod")]
    public void TreeName_OfAPod_TravelsAsAFileName(object kind, string name)
    {
        var tree = new TreeName((TreeKind)kind, name);
        Assert.True(ImagePath.IsValid(tree.FileName));
        Assert.Equal(tree, TreeName.Parse(tree.FileName));
    }

    [Theory]
    [InlineData("files-layer-")]
    [InlineData("files-layer-..")]
    [InlineData("files-layer-a.b")]
    [InlineData("files-layer-A")]
    [InlineData("files-other-main")]
    [InlineData("files-")]
    [InlineData("files.img")]
    public void TreeName_OfNoTree_IsNull(string fileName) => Assert.Null(TreeName.Parse(fileName));

    [Fact]
    public void LayerPlace_UpperOfTheTopMount_IfItCanBeMountedAgain()
    {
        const string Info = """
            29 1 254:0 / / rw,relatime - ext4 /dev/vda rw
            90 29 0:50 / /run/x/a/rootfs rw - overlay overlay rw,lowerdir=/l,upperdir=/snap/1/fs,workdir=/w
            91 29 0:51 / /run/x/ab/rootfs rw - overlay overlay rw,lowerdir=/l,upperdir=/snap/2\040two/fs,workdir=/w
            93 29 0:53 / /run/x/twice/rootfs rw - overlay overlay rw,lowerdir=/l,upperdir=/snap/0/fs,workdir=/w
            94 93 0:54 / /run/x/twice/rootfs rw - overlay overlay rw,lowerdir=/l:/m,upperdir=/snap/3/fs,workdir=/w
            95 29 0:55 / /run/x/relative/rootfs rw - overlay overlay rw,lowerdir=1/fs:2/fs,upperdir=/snap/4/fs,workdir=/w
            92 29 0:52 / /run/x/c/rootfs rw - tmpfs tmpfs rw
            """;
        Assert.Equal("/snap/1/fs", LayerPlace.Find(Info, "/run/x/a/rootfs")?.Upper);
        Assert.Equal("/snap/3/fs", LayerPlace.Find(Info, "/run/x/twice/rootfs")?.Upper);
        Assert.Null(LayerPlace.Find(Info, "/run/x/ab/rootfs"));
        Assert.Null(LayerPlace.Find(Info, "/run/x/relative/rootfs"));
        Assert.Null(LayerPlace.Find(Info, "/run/x/c/rootfs"));
        Assert.Null(LayerPlace.Find(Info, "/run/x/d/rootfs"));
    }

    [Theory]
    [InlineData("""{"mounts":[{"destination":"/dev","type":"tmpfs","source":"tmpfs"},{"destination":"/dev/shm","type":"bind","source":"/run/s/shm"}]}""", "/run/s/shm")]
    [InlineData("""{"mounts":[{"destination":"/dev/shm","type":"tmpfs","source":"shm"}]}""", null)]
    [InlineData("""{"mounts":[{"destination":"/dev/shm","type":"bind","source":"relative"}]}""", null)]
    [InlineData("""{"mounts":{}}""", null)]
    [InlineData("{}", null)]
    public void ShmPath_OfABundle(string config, string? path) => Assert.Equal(path, ShmPath.Find(System.Text.Encoding.UTF8.GetBytes(config)));

    [Theory]
    [InlineData("../x")]
    [InlineData("a/b")]
    [InlineData("")]
    public void KubeletPaths_OfNoName_AreRefused(string name) => Assert.Throws<ArgumentException>(() => KubeletPaths.EmptyDir("uid", name));
}
