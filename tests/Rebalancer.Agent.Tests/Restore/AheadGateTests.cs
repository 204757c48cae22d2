using System.Diagnostics;
using System.Text;
using Rebalancer.Agent.Restore;
using Rebalancer.Agent.Transfer;
using Xunit;

namespace Rebalancer.Agent.Tests.Restore;

/// <summary>In CRIU's place a cat: it opens the image and reads to its end.</summary>
public sealed class AheadGateTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly string folder = Directory.CreateTempSubdirectory("ahead-").FullName;

    private string Image => Path.Combine(folder, AheadGate.Image);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Open_WithAReader_ItReadsTheImageAndTheImageIsAFile()
    {
        using var gate = new AheadGate(folder);
        using var reader = Read();
        Assert.True(await gate.AwaitReaderAsync(Limit, TimeProvider.System));
        gate.Take("inven"u8);
        gate.Take("tory"u8);

        gate.Keep();
        Assert.False(reader.HasExited);
        gate.Open();

        Assert.Equal("inventory", await EndOfAsync(reader));
        Assert.Equal("inventory", await File.ReadAllTextAsync(Image));
    }

    [Fact]
    public async Task Open_BeforeTheReaderComes_ItFindsTheFile()
    {
        using var gate = new AheadGate(folder);
        gate.Take("inventory"u8);
        gate.Keep();
        gate.Open();

        using var reader = Read();

        Assert.Equal("inventory", await EndOfAsync(reader));
    }

    [Fact]
    public async Task GiveUp_WithAReader_ItReadsNothingAndTheNameIsFree()
    {
        using var gate = new AheadGate(folder);
        using var reader = Read();
        Assert.True(await gate.AwaitReaderAsync(Limit, TimeProvider.System));

        gate.GiveUp();

        Assert.Equal("", await EndOfAsync(reader));
        Assert.False(File.Exists(Image));
        Assert.False(await gate.AwaitReaderAsync(Limit, TimeProvider.System));
    }

    [Fact]
    public async Task GiveUp_WhenTheImageHasCome_AnOrdinaryRestoreFindsIt()
    {
        using var gate = new AheadGate(folder);
        using var reader = Read();
        Assert.True(await gate.AwaitReaderAsync(Limit, TimeProvider.System));
        gate.Take("inventory"u8);
        gate.Keep();

        gate.GiveUp();

        Assert.Equal("", await EndOfAsync(reader));
        Assert.Equal("inventory", await File.ReadAllTextAsync(Image));
    }

    [Fact]
    public async Task Release_OfAGateWhoseAgentHasGone_ReaderEnds()
    {
        // Its own writer and lock are not used: as if the process had ended between making the pipe and the reader's coming.
        using var gate = new AheadGate(folder);
        using var reader = Read();
        while (!(await File.ReadAllTextAsync($"/proc/{reader.Id}/comm")).StartsWith("cat", StringComparison.Ordinal)) { await Task.Delay(1); }

        while (!reader.HasExited)
        {
            AheadGate.Release(folder);
            await Task.Delay(1);
        }

        Assert.Equal("", await EndOfAsync(reader));
    }

    [Fact]
    public void Take_MoreThanAnInventoryHas_IsRefused()
    {
        using var gate = new AheadGate(folder);
        Assert.Throws<TransferException>(() => gate.Take(Encoding.ASCII.GetBytes(new string('x', 40_000))));
    }

    private Process Read() => Process.Start(new ProcessStartInfo("cat", [Image]) { RedirectStandardOutput = true })!;

    private static async Task<string> EndOfAsync(Process reader)
    {
        using var limit = new CancellationTokenSource(Limit);
        var content = await reader.StandardOutput.ReadToEndAsync(limit.Token);
        await reader.WaitForExitAsync(limit.Token);
        return content;
    }
}
