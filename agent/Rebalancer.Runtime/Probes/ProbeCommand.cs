using System.Globalization;
using System.Text;
using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Local.Native;
using Rebalancer.Agent.Local.Netlink;
using Rebalancer.Runtime.Runc;

namespace Rebalancer.Runtime.Probes;

/// <summary>
/// `probe`: a process that does to its memory what it is told on its standard input, so that the agent can try whether it sees that. It ends with its input.
/// It is no child of the agent's, as no container's process is: .NET waits for its own children, and would take the stops away that ptrace waits for.
/// </summary>
internal static class ProbeCommand
{
    public const string Command = "probe";
    private const string Itself = "itself";
    private const int Failed = 1;
    /// <summary>What one page table covers: the kernel moves such a piece as a whole.</summary>
    private const int RegionBytes = 2 << 20;
    private const int Regions = 16;
    private const int First = 1, Beside = 2, Second = 8;
    /// <summary>What is moved differs from what it is moved onto: who compares contents must find it.</summary>
    private const byte FirstValue = 1, SecondValue = 100;

    public static int Run(IReadOnlyList<string> args)
    {
        if (args is not [_, Itself]) { return NativeProcess.StartChild("/proc/self/exe", NativeStrings.Of(["rebalancer-runc", Command, Itself])) ? 0 : Failed; }
        try
        {
            Serve();
            return 0;
        }
        catch (LinuxException e)
        {
            SystemCalls.WriteAll(2, Encoding.UTF8.GetBytes($"rebalancer: probe: {e.Message}\n"));
            return Failed;
        }
    }

    private static void Serve()
    {
        var reserved = AnonymousMemory.Reserve(Regions * RegionBytes);
        var start = (reserved + RegionBytes - 1) & ~(RegionBytes - 1);
        nint Region(int number) => start + (number * RegionBytes);
        Fill(Region(First), FirstValue);
        Fill(Region(Second), SecondValue);
        Say("ready");
        Say(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId} {Region(First)} {Region(Beside)} {RegionBytes}"));
        while (NextCommand() is { } command)
        {
            switch (command)
            {
                case 'w': Write(Region(First), page: 1); break;
                case 'p':
                    AnonymousMemory.ProtectForAMoment(Region(First), RegionBytes);
                    Write(Region(First), page: 2);
                    break;
                case 'm': AnonymousMemory.Move(Region(Second), Region(First), RegionBytes); break;
                case 'n': Fill(Region(Beside), FirstValue); break;
                default: continue;
            }
            Say("done");
        }
    }

    private static char? NextCommand()
    {
        byte command = 0;
        return SystemCalls.Read(0, ref command, 1) == 1 ? (char)command : null;
    }

    private static void Fill(nint region, byte value)
    {
        AnonymousMemory.MapAt(region, RegionBytes);
        for (var page = 0; page < RegionBytes / PageRange.PageBytes; page++) { Write(region, page, value); }
    }

    private static unsafe void Write(nint region, int page, byte more = 1) => ((byte*)region)[page * PageRange.PageBytes] += more;

    private static void Say(string line) => SystemCalls.WriteAll(1, Encoding.UTF8.GetBytes(line + "\n"));
}
