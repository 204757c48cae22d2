using System.Runtime.InteropServices;
using Rebalancer.Agent.Local.Native;

namespace Rebalancer.Agent.Local;

/// <summary>Small programs that the agent and the wrapper write to the node.</summary>
internal static class ProgramFile
{
    /// <summary>Writes it, or replaces another version as a whole: nobody starts half a program.</summary>
    /// <param name="path">Its folder is made, private, if it is missing.</param>
    /// <param name="content">A script, or an executable.</param>
    /// <param name="mode">Who may start it.</param>
    public static void Install(string path, byte[] content, UnixFileMode mode)
    {
        PrivateFolder.Create(Path.GetDirectoryName(path)!);
        var next = $"{path}.{Environment.ProcessId}";
        File.WriteAllBytes(next, content);
        File.SetUnixFileMode(next, mode);
        File.Move(next, path, overwrite: true);
    }

    /// <summary>Makes a link, or replaces one as a whole: whoever follows it finds the old or the new target.</summary>
    /// <param name="path">Its folder is made, private, if it is missing.</param>
    /// <param name="target">What it points to.</param>
    public static void Link(string path, string target)
    {
        if (new FileInfo(path).LinkTarget == target) { return; }
        PrivateFolder.Create(Path.GetDirectoryName(path)!);
        var next = $"{path}.{Environment.ProcessId}";
        File.Delete(next);
        File.CreateSymbolicLink(next, target);
        // The class library moves no link to a folder.
        if (SystemCalls.Rename(next, path) != 0) { throw new IOException($"{path} cannot be made a link to {target}: errno {Marshal.GetLastPInvokeError()}"); }
    }
}
