using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Rebalancer.Agent.Host;

/// <summary>
/// From a container into its node: copies the bundle to the node and becomes the same program there, in the namespaces of the node's containerd. A move works
/// on the node's mounts, cgroups and processes; seen from a container's own file system they would be others.
/// </summary>
internal static class EnterCommand
{
    private const int Failed = 1;
    private static readonly Option<string> Host = new("--host") { Description = "Where the node's root is mounted.", DefaultValueFactory = _ => "/host" };
    private static readonly Argument<string[]> Arguments = new("arguments") { Description = "What the program on the node is started with, after --." };

    /// <summary>Of every command that looks for the node's containerd.</summary>
    public static Option<string> CriSocket { get; } = new("--cri-socket") { Description = "Socket of the node's containerd.", DefaultValueFactory = _ => "/run/containerd/containerd.sock" };

    public static Command Create()
    {
        var command = new Command("enter", "Copies this program to the node that its container runs on, and becomes it there.") { Host, CriSocket, Arguments };
        command.SetAction(result => Run(result.GetValue(Host)!, result.GetValue(CriSocket)!, result.GetValue(Arguments) ?? []));
        return command;
    }

    private static int Run(string host, string socket, string[] arguments)
    {
        if (SocketPeer.PidOf(host + socket) is not { } containerd)
        {
            Console.Error.WriteLine($"nobody listens on {socket} of the node (seen at {host}{socket}), or its process is not visible here: the pod needs hostPID");
            return Failed;
        }

        Bundle.CopyTo(host);
        var nsenter = $"{Bundle.Folder}/libexec/nsenter";
        string[] command =
        [
            nsenter, "--target", containerd.ToString(CultureInfo.InvariantCulture), "--mount", "--cgroup", "--root", "--wd", "--", $"{Bundle.Home}/agent/Rebalancer.Agent", .. arguments,
        ];
        // The same process goes on: signals of the container's end reach it.
        _ = Execute(nsenter, [.. command, null]);
        Console.Error.WriteLine($"{nsenter} cannot be started: errno {Marshal.GetLastPInvokeError()}");
        return Failed;
    }

    [DllImport("libc", EntryPoint = "execv", SetLastError = true)]
    private static extern int Execute([MarshalAs(UnmanagedType.LPStr)] string path, [MarshalAs(UnmanagedType.LPArray, ArraySubType = UnmanagedType.LPStr)] string?[] arguments);
}
