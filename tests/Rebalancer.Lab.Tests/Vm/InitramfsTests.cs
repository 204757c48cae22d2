using System.Text;
using Rebalancer.Lab.Vm;

namespace Rebalancer.Lab.Tests.Vm;

public sealed class InitramfsTests
{
    [Fact]
    public void Finish_FolderAndFile_AreEntriesThatTheKernelReads()
    {
        var disk = new Initramfs();
        disk.AddFolder("bin");
        disk.AddFile("bin/a", "hello"u8.ToArray());

        var archive = disk.Finish();

        Assert.Equal([("bin", "000041ed", ""), ("bin/a", "000081ed", "hello"), ("TRAILER!!!", "00000000", "")], Entries(archive));
        Assert.Equal(0, archive.Length % 4);
    }

    /// <summary>Header of 110 characters, name and content, each filled up to a multiple of 4.</summary>
    private static IEnumerable<(string Name, string Mode, string Content)> Entries(byte[] archive)
    {
        for (var at = 0; at < archive.Length;)
        {
            var header = Encoding.ASCII.GetString(archive, at, 110);
            Assert.StartsWith("070701", header, StringComparison.Ordinal);
            var (size, nameBytes) = (Convert.ToInt32(header[54..62], 16), Convert.ToInt32(header[94..102], 16));
            var name = Encoding.UTF8.GetString(archive, at + 110, nameBytes - 1);
            at = Filled(at + 110 + nameBytes);
            yield return (name, header[14..22], Encoding.UTF8.GetString(archive, at, size));
            at = Filled(at + size);
        }
    }

    private static int Filled(int at) => (at + 3) & ~3;
}
