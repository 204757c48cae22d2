using System.ComponentModel;
using System.Globalization;
using Rebalancer.Agent.Checkpoint;
using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Memory;

/// <summary>A userfaultfd of another process, opened by a helper that outlives the agent, and taken over from it.</summary>
internal static class InjectionProcess
{
    /// <param name="program">rebalancer-runc.</param>
    /// <param name="pid">Of the process.</param>
    /// <returns>The descriptor, and how long the process stood still at most.</returns>
    /// <exception cref="LinuxException">The process cannot be stopped now, the kernel refuses, or the helper does not run.</exception>
    public static (Descriptor Fault, TimeSpan Stop) OpenUserFault(string program, int pid)
    {
        try
        {
            using var helper = Child.Start(program, ["inject", "--pid", pid.ToString(CultureInfo.InvariantCulture)]);
            // Ends with the helper, whose every step has a limit.
            var answer = helper.Process.StandardOutput.ReadLine()?.Split(' ');
            return answer switch
            {
                ["ready", { } holder, { } number, { } us] => (DescriptorOfOther.Take(Number(holder), Number(number)), TimeSpan.FromMicroseconds(Number(us))),
                ["failed", { } errno] => throw new LinuxException(Words(helper, pid), Number(errno)),
                _ => throw new LinuxException(Words(helper, pid), Errno.NotSupported),
            };
        }
        catch (Win32Exception e)
        {
            throw new LinuxException($"start of {program}", e.NativeErrorCode);
        }
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private static string Words(Child helper, int pid)
    {
        helper.Process.WaitForExit();
        return helper.Errors is { Length: > 0 } errors ? errors : $"system call in process {pid}";
    }
}
