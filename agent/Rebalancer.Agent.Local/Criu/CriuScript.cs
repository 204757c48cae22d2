using System.Text;

namespace Rebalancer.Agent.Local.Criu;

/// <summary>
/// What CRIU calls as its action script: a line of shell that lets rebalancer-runc start only for the actions that mean something to it. CRIU calls it
/// about ten times in a move, most of them inside the freeze, and a shell that does nothing starts several times faster.
/// </summary>
internal static class CriuScript
{
    /// <summary>Set by rebalancer-runc for its restores.</summary>
    public const string ContainerIdVariable = "REBALANCER_RESTORE_ID";
    /// <summary>In a dump: names the file that is made when CRIU has written all images. Its own end, and runc's, come later.</summary>
    public const string DumpedVariable = "REBALANCER_DUMPED";
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <param name="wrapper">Path of rebalancer-runc.</param>
    /// <param name="parkedFolder">Where a file is named as the container whose copy is to be parked: only then does pre-resume mean something.</param>
    /// <param name="idVariable">Tells the container.</param>
    public static string Content(string wrapper, string parkedFolder, string idVariable) => $"""
        #!/bin/sh
        case $CRTOOLS_SCRIPT_ACTION in
        pre-resume) [ ! -e "{parkedFolder}/${idVariable}" ] || exec {wrapper};;
        pre-dump|post-restore|post-resume) exec {wrapper};;
        post-dump) [ ! "${DumpedVariable}" ] || : > "${DumpedVariable}";;
        esac

        """;

    /// <summary>Writes it, or replaces another version's.</summary>
    public static void Install(string path) => ProgramFile.Install(path, Encoding.UTF8.GetBytes(Content(NodePaths.RuncWrapper, NodePaths.ParkedFolder, ContainerIdVariable)), Executable);
}
