using Rebalancer.Agent.Checkpoint;

namespace Rebalancer.Agent.Tests.Checkpoint;

public sealed class MoveFolderTests
{
    [Theory]
    [InlineData("/moves/u1/images/redis", "u1", "redis")]
    [InlineData("/moves/u1/images/redis/", null, null)]
    [InlineData("/moves/u1/images", null, null)]
    [InlineData("/moves/u1/logs/redis", null, null)]
    [InlineData("/moves/u1/images/redis/more", null, null)]
    [InlineData("/elsewhere/u1/images/redis", null, null)]
    [InlineData("/moves/../images/redis", null, null)]
    [InlineData("/moves/u1/images/..", null, null)]
    [InlineData("/moves/u1/images/Redis", null, null)]
    [InlineData("/", null, null)]
    [InlineData("", null, null)]
    public void OwnerOf_OnlyAContainersImageFolder_NamesMoveAndContainer(string path, string? uid, string? container)
    {
        var owner = MoveFolder.OwnerOf(path, "/moves");
        Assert.Equal((uid, container), (owner?.MigrationUid, owner?.Container));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("a/b")]
    public void ImagesOf_NameOfNoContainer_Throws(string name) => Assert.Throws<ArgumentException>(() => new MoveFolder("u1", "/moves").ImagesOf(name));

    [Fact]
    public void Create_SeveralContainers_EachHasAFolderOfItsOwnThatOnlyRootMayEnter()
    {
        var root = Directory.CreateTempSubdirectory("moves-").FullName;
        var folder = new MoveFolder("u1", root);
        folder.Create(["redis", "web"]);
        File.WriteAllText(Path.Combine(folder.ImagesOf("redis"), "core-1.img"), "");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder.ImagesOf("web")));
        Assert.Empty(Directory.EnumerateFiles(folder.ImagesOf("web")));
        Assert.Equal(("u1", "web"), MoveFolder.OwnerOf(folder.ImagesOf("web"), root) is { } owner ? (owner.MigrationUid, owner.Container) : default);
        folder.Delete();
        Assert.False(folder.Exists);
        Directory.Delete(root);
    }
}
