using Rebalancer.Agent.Local.Memory;
using Xunit;

namespace Rebalancer.Agent.Tests.Memory;

public sealed class MappingFlagsTests : IDisposable
{
    private const string Text = "55d0c0000000-55d0c0001000 r-xp 00000000 fe:00 123                        /usr/bin/caf\u00e9";
    private const string Heap = "55d0c1000000-55d0c1021000 rw-p 00000000 00:00 0                          [heap]";
    private static readonly string[] Smaps =
    [
        Text, "Size:                  4 kB", "Rss:                   4 kB", "VmFlags: rd ex mr mw me sd ",
        Heap, "Size:                132 kB", "VmFlags: rd wr mr mw me ac uw ",
    ];
    private readonly string path = Path.GetTempFileName();

    public void Dispose() => File.Delete(path);

    [Fact]
    public void WriteTo_HeadsAndFlagsWithoutCountsAndTrackersMarks()
    {
        MappingFlags.Parse(Smaps).WriteTo(path);

        Assert.Equal([Text, "VmFlags: rd ex mr mw me ", Heap, "VmFlags: rd wr mr mw me ac "], File.ReadAllLines(path, System.Text.Encoding.Latin1));
    }

    [Fact]
    public void HasHeads_SameMappings_OnlyThen()
    {
        var flags = MappingFlags.Parse(Smaps);

        Assert.True(flags.HasHeads([Text, Heap]));
        Assert.False(flags.HasHeads([Text]));
        Assert.False(flags.HasHeads([Text, Heap, Heap]));
        Assert.False(flags.HasHeads([Text, Heap.Replace("rw-p", "r--p", StringComparison.Ordinal)]));
    }

    [Theory]
    [InlineData("VmFlags: rd wr mr mw me ac ", true)]
    [InlineData("VmFlags: rd wr mr mw me ac um ", true)]
    [InlineData("VmFlags: rd wr mr mw me ac dd ", false)]
    [InlineData("VmFlags: rd wr mr mw me lo ac ", false)]
    public void HasSameFlagsIn_ListWithAFurtherMapping_FlagsDecide(string heapFlags, bool isSame)
    {
        string[] now = [Text, "VmFlags: rd ex mr mw me ", "7f0000000000-7f0000001000 rwxs 00000000 00:01 5 /memfd:parasite", "VmFlags: rd wr ex sh ", Heap, heapFlags];

        Assert.Equal(isSame, MappingFlags.Parse(Smaps).HasSameFlagsIn(MappingFlags.Parse(now)));
    }

    [Fact]
    public void HasSameFlagsIn_ListWithoutAMapping_AreNot() => Assert.False(MappingFlags.Parse(Smaps).HasSameFlagsIn(MappingFlags.Parse([Text, "VmFlags: rd ex mr mw me "])));

    [Fact]
    public void Read_OfThisProcess_HasTheMappingsThatAreThere()
    {
        var own = MappingFlags.Read(Environment.ProcessId);

        Assert.NotEmpty(own.Areas);
        Assert.All(own.Areas, area => Assert.NotEmpty(area.Flags));
        Assert.False(MappingFlags.Parse([]).AreThereNow(Environment.ProcessId));
    }
}
