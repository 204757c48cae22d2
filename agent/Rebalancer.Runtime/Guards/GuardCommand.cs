using System.Text;
using Rebalancer.Agent.Local.Cgroups;
using Rebalancer.Agent.Local.Native;

namespace Rebalancer.Runtime.Guards;

/// <summary>
/// Watches over a frozen source while its agent works: the agent holds the other end of our standard input and writes "done" when the outcome is
/// settled. If that end closes without it, the agent is dead, and the pod must run again within a second, unless the commit marker is there:
/// then only the restarted agent, which reads the outcome, may decide.
/// </summary>
internal static class GuardCommand
{
    private const int BadUsage = 2, NoCgroup = 1;
    private const int MaximumLineBytes = 64;

    public static int Run(IReadOnlyList<string> args, TimeProvider clock)
    {
        if (GuardArguments.TryParse(args) is not { } guard)
        {
            return Refuse(BadUsage, "usage: rebalancer-runc guard --netns PATH --marker FILE --pid INITPID --cgroup PATH [--cgroup PATH ...]");
        }
        Detachment.FromAgent();
        var containers = guard.Cgroups.Select(path => (Path: path, Cgroup: ContainerCgroup.TryOpen(path, clock))).ToList();
        if (containers.Find(each => each.Cgroup is null) is { Path: { } missing })
        {
            return Refuse(NoCgroup, $"rebalancer: guard: {missing} is no cgroup with a freezer");
        }
        SystemCalls.WriteAll(1, "ready\n"u8);
        if (ReadsDone() || File.Exists(guard.Marker)) { return 0; }
        new SourceRelease(guard.NetNs, [.. containers.Select(each => new GuardedContainer(SourceRelease.ContainerId(each.Path), each.Cgroup!))], clock).Run();
        return 0;
    }

    /// <returns>True for the line "done"; false when the agent's end closed without it.</returns>
    private static bool ReadsDone()
    {
        Span<byte> line = stackalloc byte[MaximumLineBytes];
        var length = 0;
        while (length < line.Length)
        {
            var count = SystemCalls.Read(0, ref line[length], (nuint)(line.Length - length));
            if (count < 0 && System.Runtime.InteropServices.Marshal.GetLastPInvokeError() == SystemCalls.Eintr) { continue; }
            if (count <= 0) { return false; }
            length += (int)count;
            if (line[..length].IndexOf((byte)'\n') >= 0) { break; }
        }
        return line[..length].StartsWith("done\n"u8);
    }

    private static int Refuse(int exitCode, string message)
    {
        SystemCalls.WriteAll(2, Encoding.UTF8.GetBytes(message + "\n"));
        return exitCode;
    }
}
