using System.Text;
using Rebalancer.Agent.Local.Native;
using Rebalancer.Agent.Local.Netlink;
using Rebalancer.Runtime.Guards;

namespace Rebalancer.Runtime.Pages;

/// <summary>
/// `pages --images FOLDER --store FOLDER --work FOLDER --late SOCKET`: the page server of one restore, started before the freeze so that it waits for CRIU and not CRIU
/// for it. It outlives the agent: a restored process whose page server is gone would read zeros.
/// </summary>
internal static class PagesCommand
{
    public const string Command = "pages";
    private const int BadUsage = 2, Failed = 1;
    /// <summary>Longer than a create may wait for its images.</summary>
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromMinutes(10);

    public static int Run(IReadOnlyList<string> args)
    {
        if (args is not [_, "--images", { } images, "--store", { } store, "--work", { } work, "--late", { } socket]) { return Refuse(BadUsage, "usage: rebalancer-runc pages --images FOLDER --store FOLDER --work FOLDER --late SOCKET"); }
        Detachment.FromAgent();
        try
        {
            Directory.SetCurrentDirectory(work);
            using var listener = RestoreConnection.Listen();
            using var late = new LateChannel(socket);
            SystemCalls.WriteAll(1, "ready\n"u8);
            using var criu = RestoreConnection.Accept(listener, ConnectLimit);
            if (criu is null) { return 0; }
            using var server = new PageServer(images, store, late, TimeProvider.System);
            return server.Run(criu) ? 0 : Refuse(Failed, "rebalancer: pages: CRIU ended before the restore was finished");
        }
        catch (Exception e) when (e is IOException or LinuxException or RuntimeFailureException or InvalidDataException or UnauthorizedAccessException)
        {
            return Refuse(Failed, $"rebalancer: pages: {e.Message}");
        }
    }

    private static int Refuse(int exitCode, string message)
    {
        SystemCalls.WriteAll(2, Encoding.UTF8.GetBytes(message + "\n"));
        return exitCode;
    }
}
