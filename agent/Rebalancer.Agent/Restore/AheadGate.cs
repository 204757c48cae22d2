using System.Globalization;
using System.Runtime.InteropServices;
using Rebalancer.Agent.Files.Native;
using Rebalancer.Agent.Local;
using Rebalancer.Agent.Local.Native;
using Rebalancer.Agent.Local.Netlink;
using Rebalancer.Agent.Transfer;

namespace Rebalancer.Agent.Restore;

/// <summary>
/// Holds a restore that was started before its checkpoint is there. The first image that CRIU opens is the inventory: as long as that is a pipe into which
/// nobody has written, runc and CRIU are up and wait, and their start costs the freeze nothing. Safe for concurrent use.
/// </summary>
internal sealed class AheadGate : IDisposable
{
    public const string Image = "inventory.img";
    /// <summary>An inventory has some hundred bytes; a pipe takes 64 KiB at once.</summary>
    private const int MaximumBytes = 32 << 10;
    private const uint NamedPipe = 0x1000, OwnerOnly = 0x180;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(2);
    private readonly Lock changing = new();
    private readonly string path;
    private readonly Descriptor pipe;
    private readonly MemoryStream content = new();
    private Descriptor? writer;
    private bool isKept;

    /// <param name="folder">CRIU's images of the container; none has come yet.</param>
    /// <exception cref="LinuxException">The pipe cannot be made.</exception>
    public AheadGate(string folder)
    {
        path = Path.Combine(folder, Image);
        var name = RawName.Bytes(RawName.FromText(path));
        if (FileCalls.MakeNodeAt(FileCalls.AtCurrentFolder, name, NamedPipe | OwnerOnly, 0) != 0) { throw FileFailure.Of($"mknod({path})"); }
        // It stays in hand when the regular file has taken its name.
        pipe = Descriptor.Of(FileCalls.OpenAt(FileCalls.AtCurrentFolder, name, FileCalls.PathOnly | FileCalls.CloseOnExec, 0), $"open({path})");
    }

    /// <summary>Takes the image's bytes as they come.</summary>
    /// <exception cref="TransferException">Too many of them.</exception>
    public void Take(ReadOnlySpan<byte> piece)
    {
        if (content.Length + piece.Length > MaximumBytes) { throw new TransferException($"{Image} is larger than {MaximumBytes} bytes"); }
        content.Write(piece);
    }

    /// <summary>Waits until CRIU looks for the image.</summary>
    /// <returns>False: it has not within the limit, or this is over.</returns>
    public async Task<bool> AwaitReaderAsync(TimeSpan limit, TimeProvider clock)
    {
        for (var start = clock.GetTimestamp(); clock.GetElapsedTime(start) < limit && !pipe.IsClosed; await Task.Delay(Poll, clock, CancellationToken.None))
        {
            if (HasReader()) { return true; }
        }
        return false;
    }

    /// <summary>All of it has come: it takes its place as any other image. Whoever waits, waits on.</summary>
    public void Keep()
    {
        lock (changing)
        {
            var next = path + ".new";
            using (var file = PrivateFile.Create(next, FileMode.Create)) { file.Write(Content); }
            File.Move(next, path, overwrite: true);
            isKept = true;
        }
    }

    /// <summary>The checkpoint is complete and kept: CRIU goes on.</summary>
    public void Open() => End(sendsContent: true);

    /// <summary>A restore that waits here, or is on its way here, fails.</summary>
    public void GiveUp() => End(sendsContent: false);

    /// <summary>CRIU that an earlier agent left waiting fails; without this it would wait for good.</summary>
    public static void Release(string folder)
    {
        var name = RawName.Bytes(RawName.FromText(Path.Combine(folder, Image)));
        var opened = FileCalls.OpenAt(FileCalls.AtCurrentFolder, name, FileCalls.WriteOnly | FileCalls.NonBlock | FileCalls.CloseOnExec, 0);
        if (opened >= 0) { _ = SystemCalls.Close(opened); }
    }

    public void Dispose() => GiveUp();

    private ReadOnlySpan<byte> Content => content.GetBuffer().AsSpan(0, (int)content.Length);

    private bool HasReader()
    {
        lock (changing)
        {
            if (writer is not null) { return true; }
            if (pipe.IsClosed) { return false; }
            // By its descriptor: its name may be another file's by now. It opens only when somebody reads.
            var name = RawName.Bytes(RawName.FromText(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{pipe.Number}")));
            var opened = FileCalls.OpenAt(FileCalls.AtCurrentFolder, name, FileCalls.WriteOnly | FileCalls.NonBlock | FileCalls.CloseOnExec, 0);
            writer = opened < 0 ? null : new Descriptor(opened);
            return writer is not null;
        }
    }

    private void End(bool sendsContent)
    {
        lock (changing)
        {
            if (pipe.IsClosed) { return; }
            if (!isKept) { File.Delete(path); }
            // From here nobody can open the pipe any more; whoever has, is told.
            if (HasReader() && sendsContent) { SystemCalls.WriteAll(writer!.Number, Content); }
            writer?.Dispose();
            pipe.Dispose();
        }
    }
}
