namespace Rebalancer.Lab.Nodes;

/// <summary>The namespaces of a node, reached through its first process.</summary>
/// <param name="InitPid">Pid of the node's first process, as the lab sees it.</param>
public sealed record NodeNamespaces(int InitPid)
{
    /// <summary>The node's root folder as the lab sees it. Absolute links in it lead into the lab's own file system.</summary>
    public string Root => $"/proc/{InitPid}/root";

    /// <summary>`nsenter`, not `ip netns exec`, which mounts /sys anew and so hides the cgroups.</summary>
    public IReadOnlyList<string> Enter(params IReadOnlyList<string> argv) =>
        ["nsenter", "--target", $"{InitPid}", "--mount", "--net", "--pid", "--uts", "--ipc", "--root", "--wd", "--", "env", "-i", Path, "HOME=/root", .. argv];

    public IReadOnlyList<string> EnterNetworkOnly(params IReadOnlyList<string> argv) => ["nsenter", "--target", $"{InitPid}", "--net", "--", .. argv];

    private const string Path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}
