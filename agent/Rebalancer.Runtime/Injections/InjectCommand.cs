using System.Globalization;
using System.Text;
using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Local.Native;
using Rebalancer.Agent.Local.Netlink;
using Rebalancer.Runtime.Guards;

namespace Rebalancer.Runtime.Injections;

/// <summary>
/// `inject --pid PID`: has a process open a userfaultfd, and holds it until the agent has taken it over. A process of its own, since whoever dies with another's registers in hand leaves
/// that process to go on with borrowed ones: the agent may be killed at any moment, and this lives for milliseconds, outside the agent's cgroup and deaf to its signals.
/// Says "ready PID DESCRIPTOR MICROSECONDS" (its own, and how long the process stood still at most), or "failed ERRNO", with the words on standard error.
/// </summary>
internal static class InjectCommand
{
    public const string Command = "inject";
    private const int BadUsage = 2, Failed = 1;

    public static int Run(IReadOnlyList<string> args)
    {
        if (args is not [_, "--pid", { } text] || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
        {
            SystemCalls.WriteAll(2, "usage: rebalancer-runc inject --pid PID\n"u8);
            return BadUsage;
        }

        Detachment.FromAgent();
        try
        {
            var start = TimeProvider.System.GetTimestamp();
            using var fault = Injection.OpenUserFault(pid, TimeProvider.System);
            var stood = TimeProvider.System.GetElapsedTime(start);
            Say(string.Create(CultureInfo.InvariantCulture, $"ready {Environment.ProcessId} {fault.Number} {(long)stood.TotalMicroseconds}"));
            byte nothing = 0;
            while (SystemCalls.Read(0, ref nothing, 1) > 0) { }
            return 0;
        }
        catch (LinuxException e)
        {
            SystemCalls.WriteAll(2, Encoding.UTF8.GetBytes(e.Call + "\n"));
            Say(string.Create(CultureInfo.InvariantCulture, $"failed {e.Errno}"));
            return Failed;
        }
    }

    private static void Say(string line) => SystemCalls.WriteAll(1, Encoding.UTF8.GetBytes(line + "\n"));
}
