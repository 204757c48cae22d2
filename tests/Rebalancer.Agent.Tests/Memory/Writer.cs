using System.Diagnostics;
using System.Globalization;

namespace Rebalancer.Agent.Tests.Memory;

/// <summary>
/// A process with 64 MiB of memory, of which it changes a byte when told to. Perl is part of every Debian. It is no child of this process, as no container's
/// is of an agent's: .NET waits for its own children, and would take the stops away that ptrace waits for.
/// </summary>
internal sealed class Writer : IDisposable
{
    public const int MegaBytes = 64;
    private const string Program = """
        $| = 1; $memory = "a" x (64 << 20); printf "%d %d\n", $$, unpack("J", pack("p", $memory));
        while (<STDIN>) {
            if (/^w (\d+)/) { substr($memory, $1, 1) = "b"; print "written\n"; }
            elsif (/^r (\d+)/) { print substr($memory, $1, 1), "\n"; }
            elsif (/^sleep/) { print "sleeps\n"; $left = sleep 3600; print "woke\n"; }
            elsif (/^exec/) { print "becomes sleep\n"; exec "sleep", "3600"; }
            elsif (/^fds/) { print join(",", sort map { readlink($_) // () } glob("/proc/self/fd/*")), "\n"; }
        }
        """;

    private readonly Process shell;

    private Writer(Process shell, int pid, ulong address) => (this.shell, Pid, Address) = (shell, pid, address);

    public int Pid { get; }

    /// <summary>Where its memory begins.</summary>
    public ulong Address { get; }

    public static async Task<Writer> StartAsync()
    {
        var start = new ProcessStartInfo("sh", ["-c", "exec 3<&0; perl -e \"$1\" <&3 & exit", "sh", Program]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        var shell = Process.Start(start)!;
        var numbers = (await shell.StandardOutput.ReadLineAsync())!.Split(' ');
        await shell.WaitForExitAsync();
        return new Writer(shell, int.Parse(numbers[0], CultureInfo.InvariantCulture), ulong.Parse(numbers[1], CultureInfo.InvariantCulture));
    }

    public async Task<string> AskAsync(string command)
    {
        await shell.StandardInput.WriteLineAsync(command);
        await shell.StandardInput.FlushAsync();
        return (await shell.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10)))!;
    }

    public void Dispose()
    {
        using var process = Process.GetProcessById(Pid);
        process.Kill();
        shell.Dispose();
    }
}
