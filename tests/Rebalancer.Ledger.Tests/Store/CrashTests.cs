using System.Diagnostics;
using System.Globalization;
using Rebalancer.Ledger.Tests.World;

namespace Rebalancer.Ledger.Tests.Store;

/// <summary>A process that writes without pause is killed, as by the kernel when memory runs out.</summary>
public sealed class CrashTests
{
    private const int Rounds = 3;
    private const int AcknowledgedBeforeKill = 50;

    [Fact]
    public async Task Kill_WhileWriting_EveryAcknowledgedEntryIsThereAndWhole()
    {
        using var ledger = new TemporaryLedger();
        var acknowledged = new List<string>();
        for (var round = 0; round < Rounds; round++)
        {
            acknowledged.AddRange(await WriteUntilKilledAsync(ledger.Path, first: round * 1_000_000));

            var book = ledger.Read();
            var there = book.Moves.Select(m => m.Uid).ToHashSet();
            Assert.DoesNotContain(acknowledged, uid => !there.Contains(uid));
            Assert.True(acknowledged.Count >= (round + 1) * AcknowledgedBeforeKill);

            // A batch is there as a whole or not at all.
            Assert.Equal(book.Moves.Select(m => m.Uid[1..]).Order(), book.Nodes.Select(n => n.Uid[1..]).Order());
            Assert.Equal(book.Nodes.Select(n => n.Uid).Order(), book.Prices.Select(p => p.NodeUid).Order());
        }
    }

    private static async Task<List<string>> WriteUntilKilledAsync(string path, int first)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(CrashTests).Assembly.Location, path, first.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var acknowledged = new List<string>();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            acknowledged.Add(line);
            if (acknowledged.Count == AcknowledgedBeforeKill)
            {
                process.Kill();
            }
        }

        await process.WaitForExitAsync();
        Assert.NotEqual(0, process.ExitCode);
        return acknowledged;
    }
}
