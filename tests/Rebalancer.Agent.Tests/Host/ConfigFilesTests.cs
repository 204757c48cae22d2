using Rebalancer.Agent.Host;

namespace Rebalancer.Agent.Tests.Host;

public sealed class ConfigFilesTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("containerd-");

    private string Main => Path.Combine(folder.FullName, "config.toml");

    [Fact]
    public void Write_ThenStripped_IsWhatWasBefore()
    {
        File.WriteAllText(Main, "version = 3\n");
        File.SetUnixFileMode(Main, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var dropIn = Path.Combine(folder.FullName, "conf.d/rebalancer.toml");

        new ConfigFiles(Main, MarkedBlock.Of("imports = [\"x\"]") + "version = 3\n", dropIn, "ours").Write();
        var written = ConfigFiles.Read(Main);
        Assert.Equal((dropIn, "ours"), (written.DropIn, written.DropInText));
        written.Stripped().Write();

        Assert.Equal("version = 3\n", File.ReadAllText(Main));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Main));
        Assert.False(File.Exists(dropIn));
    }

    [Fact]
    public void Write_NoFileBefore_NoneAfterwards()
    {
        new ConfigFiles(Main, MarkedBlock.Of("version = 3"), null, "").Write();
        ConfigFiles.Read(Main).Stripped().Write();

        Assert.False(File.Exists(Main));
    }

    public void Dispose() => folder.Delete(recursive: true);
}
