using System.Buffers;
using System.Globalization;
using System.Text;

namespace Rebalancer.Lab.Vm;

/// <summary>An initial RAM file system: an archive in cpio's "newc" format, uncompressed. Pure.</summary>
internal sealed class Initramfs
{
    private const int FolderMode = 0x41ED, ProgramMode = 0x81ED;
    private const int Alignment = 4;
    private readonly ArrayBufferWriter<byte> archive = new();
    private int entries;

    public void AddFolder(string path) => Add(path, FolderMode, []);

    /// <summary>A file that everybody may read and run.</summary>
    public void AddFile(string path, byte[] content) => Add(path, ProgramMode, content);

    /// <summary>The whole archive; nothing can be added then.</summary>
    public byte[] Finish()
    {
        Add("TRAILER!!!", 0, []);
        return archive.WrittenSpan.ToArray();
    }

    private void Add(string path, int mode, byte[] content)
    {
        var name = Encoding.UTF8.GetBytes(path + "\0");
        int[] fields = [++entries, mode, 0, 0, 1, 0, content.Length, 0, 0, 0, 0, name.Length, 0];
        archive.Write("070701"u8);
        archive.Write(Encoding.ASCII.GetBytes(string.Concat(fields.Select(field => field.ToString("x8", CultureInfo.InvariantCulture)))));
        archive.Write(name);
        Pad();
        archive.Write(content);
        Pad();
    }

    private void Pad()
    {
        archive.Write((ReadOnlySpan<byte>)new byte[-archive.WrittenCount & (Alignment - 1)]);
    }
}
