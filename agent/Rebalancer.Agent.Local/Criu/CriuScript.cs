namespace Rebalancer.Agent.Local.Criu;

/// <summary>
/// What CRIU calls as its action script: a line of shell that lets rebalancer-runc start only for the actions that mean something to it. CRIU calls it
/// about ten times in a move, most of them inside the freeze, and a shell that does nothing starts several times faster.
/// </summary>
internal static class CriuScript
{
    private static readonly string[] Actions = ["pre-dump", "post-restore", "pre-resume", "post-resume"];
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public static string Content(string wrapper) => $"#!/bin/sh\ncase $CRTOOLS_SCRIPT_ACTION in {string.Join('|', Actions)}) exec {wrapper};; esac\n";

    /// <summary>Writes it, or replaces another version's.</summary>
    public static void Install(string path, string wrapper)
    {
        PrivateFolder.Create(Path.GetDirectoryName(path)!);
        var next = $"{path}.{Environment.ProcessId}";
        File.WriteAllText(next, Content(wrapper));
        File.SetUnixFileMode(next, Executable);
        File.Move(next, path, overwrite: true);
    }
}
