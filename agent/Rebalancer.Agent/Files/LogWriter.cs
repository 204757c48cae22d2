using Microsoft.Win32.SafeHandles;
using Rebalancer.Agent.Files.Native;

namespace Rebalancer.Agent.Files;

/// <summary>
/// Puts a container's old log lines before its new ones. When a container is being created, the runtime has its log open for appending and has written
/// nothing, since no process of it has run: what is there comes from an earlier try of this move. An appended byte goes to the end at the time of writing,
/// so that the file may be shortened and filled beneath the runtime.
/// </summary>
internal static class LogWriter
{
    private const int Flags = FileCalls.WriteOnly | FileCalls.Append | FileCalls.Truncate | FileCalls.NoFollow | FileCalls.NonBlock | FileCalls.CloseOnExec;

    public static void Write(string lines, string path)
    {
        using var folder = OpenFolder.Open(Path.GetDirectoryName(path)!);
        var number = FileCalls.OpenAt(folder.Number, RawName.Bytes(RawName.FromText(Path.GetFileName(path))), Flags, 0);
        if (number < 0) { throw FileFailure.Of($"open({path})"); }
        using var handle = new SafeFileHandle(number, ownsHandle: true);
        using var target = new FileStream(handle, FileAccess.Write, bufferSize: 0);
        using var source = new FileStream(lines, FileMode.Open, FileAccess.Read);
        source.CopyTo(target);
    }
}
