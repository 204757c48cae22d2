using System.Text;

namespace Rebalancer.Agent.Local.Criu;

/// <summary>
/// The tar by which CRIU carries the contents of a container's own tmpfs mounts (/dev, masked folders). The node's tar does the work, but without gzip, which
/// costs two more program starts each time for some hundred bytes; and at a dump in the background, while CRIU goes on: the container is frozen, so that
/// nothing changes meanwhile. Found by CRIU before the node's own, where PATH says so.
/// </summary>
internal static class CriuTar
{
    /// <summary>In a dump: names a file; files of that name with an ending stand for what is still being packed, or has failed.</summary>
    public const string MarkVariable = "REBALANCER_TARS";
    /// <summary>Ends the name of a mark: it goes when the archive is written.</summary>
    public const string RunningEnding = ".running";
    /// <summary>Ends the name of a mark that stays: the archive could not be written.</summary>
    public const string FailedEnding = ".failed";
    private const string Name = "tar";
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <param name="folder">Where it lies itself; left out of the path in which the node's tar is looked for.</param>
    public static string Content(string folder) => $"""
        #!/bin/sh
        PATH=${"{PATH#"}{folder}:{"}"}
        operation=$1; shift
        [ "$1" = --gzip ] || exec tar "$operation" "$@"
        shift
        case $operation in
        --create)
            # A masked folder has nothing, and nobody can have changed it: no archive.
            if [ ! -w /proc/self/fd/0 ]; then
                has=
                for name in /proc/self/fd/0/* /proc/self/fd/0/.[!.]* /proc/self/fd/0/..?*; do [ ! -e "$name" ] && [ ! -L "$name" ] || has=something; done
                [ "$has" ] || exit 0
            fi
            [ "${MarkVariable}" ] || exec tar --create "$@"
            mark=${MarkVariable}.$$
            : > "$mark{RunningEnding}" || exit 1
            # What runs in the background gets no standard input but by another number.
            exec 3<&0
            (tar --create "$@" || : > "$mark{FailedEnding}"; rm "$mark{RunningEnding}") <&3 3<&- &;;
        *)
            [ ! -e /proc/self/fd/0 ] || [ -s /proc/self/fd/0 ] || exit 0
            # An archive of an agent that has no such tar is compressed; its beginning has been read by then.
            tar "$operation" "$@" || exec tar "$operation" --gzip "$@" < /proc/self/fd/0;;
        esac

        """;

    /// <summary>Writes it into the folder, or replaces another version's.</summary>
    public static void Install(string folder) => ProgramFile.Install(Path.Combine(folder, Name), Encoding.UTF8.GetBytes(Content(folder)), Executable);

    /// <summary>PATH for CRIU.</summary>
    /// <param name="folder">Where this lies.</param>
    /// <param name="path">PATH of the caller; null where it has none.</param>
    public static string PathFor(string folder, string? path) => $"{folder}:{path ?? "/usr/sbin:/usr/bin:/sbin:/bin"}";
}
