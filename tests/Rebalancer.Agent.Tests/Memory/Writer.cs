using System.Diagnostics;
using System.Globalization;

namespace Rebalancer.Agent.Tests.Memory;

/// <summary>A process with 64 MiB of memory, of which it changes a byte when told to. Perl is part of every Debian.</summary>
internal sealed class Writer : IDisposable
{
    public const int MegaBytes = 64;
    private const string Program = """
        $| = 1; $memory = "a" x (64 << 20); printf "%d\n", unpack("J", pack("p", $memory));
        while (<STDIN>) {
            if (/^w (\d+)/) { substr($memory, $1, 1) = "b"; print "written\n"; }
            elsif (/^r (\d+)/) { print substr($memory, $1, 1), "\n"; }
            elsif (/^sleep/) { print "sleeps\n"; $left = sleep 3600; print "woke\n"; }
            elsif (/^fds/) { print join(",", sort map { readlink($_) // () } glob("/proc/self/fd/*")), "\n"; }
        }
        """;

    private readonly Process process;

    private Writer(Process process, ulong address) => (this.process, Address) = (process, address);

    public int Pid => process.Id;

    /// <summary>Where its memory begins.</summary>
    public ulong Address { get; }

    public static async Task<Writer> StartAsync()
    {
        var start = new ProcessStartInfo("perl", ["-e", Program]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        var process = Process.Start(start)!;
        var address = ulong.Parse((await process.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
        return new Writer(process, address);
    }

    public async Task<string> AskAsync(string command)
    {
        await process.StandardInput.WriteLineAsync(command);
        await process.StandardInput.FlushAsync();
        return (await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10)))!;
    }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }
}
