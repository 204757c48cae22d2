using System.Diagnostics;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Tests.Network;

/// <summary>
/// A network namespace that lives as long as a process which reads from this one's pipe: it has no name in the file system, so that nothing is left
/// on the machine, however the tests end.
/// </summary>
internal sealed class HeldNamespace : IDisposable
{
    private readonly Process _holder;

    public HeldNamespace()
    {
        Assert.True(Environment.UserName == "root", "These tests make network namespaces: run them as root.");
        _holder = Process.Start(new ProcessStartInfo("unshare", ["--net", "--", "sh", "-c", "ip link set lo up; echo up; exec cat"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("up", _holder.StandardOutput.ReadLine());
    }

    public int Pid => _holder.Id;

    public string NetnsPath => NetNamespace.PathOf(_holder.Id);

    /// <summary>Runs a command inside, word by word.</summary>
    public string Command(string command)
    {
        using var process = Process.Start(new ProcessStartInfo("nsenter", [$"--net={NetnsPath}", "--", .. command.Split(' ')])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEnd();
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{command}: {error}");
        return output;
    }

    public void Dispose()
    {
        _holder.StandardInput.Dispose();
        _holder.WaitForExit();
        _holder.Dispose();
    }
}
