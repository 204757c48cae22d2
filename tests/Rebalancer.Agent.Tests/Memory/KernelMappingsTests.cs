using System.Diagnostics;
using System.Runtime.InteropServices;
using Rebalancer.Agent.Local.Memory;
using Xunit;

namespace Rebalancer.Agent.Tests.Memory;

public sealed class KernelMappingsTests : IDisposable
{
    private const int MadviseDontDump = 16;
    private readonly Process other = Process.Start("sleep", "60");

    public void Dispose()
    {
        other.Kill();
        other.Dispose();
    }

    [Fact]
    public void TryRead_AnotherProcess_HasEveryMappingOfItsMaps()
    {
        WaitUntilItSleeps();

        var maps = MemoryMap.Read(other.Id).Where(area => area.Name != "[vsyscall]").Select(area => (area.Range.Start, area.Range.End));

        Assert.Equal(maps, KernelMappings.TryRead(other.Id)!.Select(mapping => (mapping.Start, mapping.End)));
    }

    [Fact]
    public void TryRead_NoSuchProcess_IsNull() => Assert.Null(KernelMappings.TryRead(int.MaxValue));

    [Fact]
    public void AreSameNow_NothingChanged_Are()
    {
        WaitUntilItSleeps();

        Assert.True(MappingFlags.Read(other.Id).AreSameNow(other.Id));
    }

    [Fact]
    public void AreSameNow_OneFlagOfAMappingChanged_AreNotAndTheKernelTellsIt()
    {
        var page = AnonymousMemory.Reserve(PageRange.PageBytes);
        var before = MappingFlags.Read(Environment.ProcessId);
        var flags = FlagsAt(page);

        Assert.Equal(0, Madvise(page, PageRange.PageBytes, MadviseDontDump));

        Assert.NotEqual(flags, FlagsAt(page));
        Assert.False(before.AreSameNow(Environment.ProcessId));
        AnonymousMemory.Release(page, PageRange.PageBytes);
    }

    /// <summary>This process runs, and changes its mappings while they are read.</summary>
    private static ulong FlagsAt(nint address)
    {
        IReadOnlyList<KernelMapping>? all = null;
        Assert.True(SpinWait.SpinUntil(() => (all = KernelMappings.TryRead(Environment.ProcessId)) is not null, TimeSpan.FromSeconds(30)));
        return all!.Single(mapping => mapping.Start <= (ulong)address && (ulong)address < mapping.End).Flags;
    }

    /// <summary>Before that it still maps its libraries.</summary>
    private void WaitUntilItSleeps() => SpinWait.SpinUntil(() => File.ReadAllText($"/proc/{other.Id}/stat").Contains("(sleep) S", StringComparison.Ordinal), TimeSpan.FromSeconds(30));

    [DllImport("libc", EntryPoint = "madvise")]
    private static extern int Madvise(nint address, nuint bytes, int advice);
}
