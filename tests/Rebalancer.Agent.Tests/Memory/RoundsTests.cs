using System.Diagnostics;
using System.Globalization;
using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Local.Native;
using Rebalancer.Agent.Memory;
using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Tests.Memory;

/// <summary>The sum of all rounds is the memory: nothing that a process writes while it is copied is lost.</summary>
public sealed class RoundsTests
{
    private const int MegaBytes = 512;
    private const int SigStop = 19;

    /// <summary>Writes all over its memory, here and there, and all the while allocates and frees beside it.</summary>
    private const string Program = """
        import array, ctypes, os, random
        size = 512 << 20
        memory = bytearray(b'x') * size
        address = ctypes.addressof((ctypes.c_char * size).from_buffer(memory))
        print(os.getpid(), address, flush=True)
        random.seed(1)
        n = 0
        while True:
            for i in range(100):
                at = random.randrange(0, size - 8)
                memory[at:at+8] = n.to_bytes(8, 'little')
                n += 1
            other = bytearray(random.randrange(1, 4 << 20))
        """;

    [Fact]
    public async Task Rounds_ProcessThatWritesAllTheWhile_AddUpToItsMemory() => await RunAsync(await TrackerOfThisNode.FindAsync(), rounds: 25);

    [Fact]
    public async Task Rounds_ToldByHashes_AddUpToItsMemory() => await RunAsync(TrackerKind.InOrder.Single(kind => kind.Name == Trackers.Hash), rounds: 5);

    private static async Task RunAsync(TrackerKind tracker, int rounds)
    {
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", "python3 -u -c \"$1\" & exit", "sh", Program]) { RedirectStandardOutput = true })!;
        var numbers = (await shell.StandardOutput.ReadLineAsync())!.Split(' ');
        var (pid, start) = (int.Parse(numbers[0], CultureInfo.InvariantCulture), ulong.Parse(numbers[1], CultureInfo.InvariantCulture));
        try
        {
            using var process = TrackedProcess.Attach(pid, new ProcFolder(), tracker, TimeProvider.System);
            var memory = process.Memory;
            var copy = new byte[MegaBytes << 20];
            for (var round = 0; round < rounds; round++) { Read(process, start, copy, process.TakeWritten()); }
            _ = SystemCalls.Kill(pid, SigStop);
            while (!File.ReadAllText($"/proc/{pid}/stat").Contains(") T ", StringComparison.Ordinal)) { await Task.Yield(); }
            process.Finish();
            Read(process, start, copy, process.Final.Where(each => each.IsWritten).Select(each => each.Range));

            var last = new byte[copy.Length];
            Assert.Equal(last.Length, ReadAll(memory, start, last));
            Assert.Equal([], Enumerable.Range(0, MegaBytes << 8).Where(page => !copy.AsSpan(page << 12, 4096).SequenceEqual(last.AsSpan(page << 12, 4096))).Select(page => (start >> 12) + (ulong)page));
        }
        finally
        {
            _ = SystemCalls.Kill(pid, SystemCalls.SigKill);
        }
    }

    private static void Read(TrackedProcess process, ulong start, byte[] copy, IEnumerable<PageRange> ranges)
    {
        foreach (var range in ranges)
        {
            var from = Math.Max(range.Start, start);
            var to = Math.Min(range.End, start + (ulong)copy.Length);
            if (from < to) { _ = process.ReadToSend(from, copy.AsSpan((int)(from - start), (int)(to - from))); }
        }
    }

    private static int ReadAll(ProcessMemory memory, ulong start, byte[] buffer)
    {
        const int Part = 1 << 20;
        var total = 0;
        for (var at = 0; at < buffer.Length; at += Part) { total += memory.Read(start + (ulong)at, buffer.AsSpan(at, Part)); }
        return total;
    }
}
