using Rebalancer.Benchmarks.Risk;
using Xunit;

namespace Rebalancer.Benchmarks.Tests.Risk;

public sealed class TraceFolderTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("traces").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Read_NestedFolders_EachIsASet_OtherFilesAreLeftAlone()
    {
        Write("one/us-east-1a_v100_1.json", """{"metadata":{"gap_seconds":600},"data":[1,0,1]}""");
        Write("one/us-east-1b_v100_1.json", """{"metadata":{"gap_seconds":600},"data":[1,1,1],"prices":[0.9,0.9,1]}""");
        Write("deep/two/eu-west-1a.json", """{"metadata":{"gap_seconds":30.5},"data":[4,3]}""");
        Write("one/README.md", "# text");

        var sets = TraceFolder.Read(folder);

        Assert.Equal(["two", "one"], sets.Select(s => s.Name));
        Assert.Equal([("us-east-1a", "v100_1"), ("us-east-1b", "v100_1")], sets[1].Traces.Select(t => (t.Zone, t.Type)));
        Assert.Equal((4, 30.5, ""), (sets[0].Traces[0].Wanted, sets[0].Traces[0].GapSeconds, sets[0].Traces[0].Type));
    }

    [Fact]
    public void Read_EverythingThatIsWrong_IsNamedAtOnce()
    {
        Write("a.json", """{"metadata":{"gap_seconds":-5},"data":[1,-1,"x",0.5]}""");
        Write("b.json", """{"data":[1,2],"prices":[1]}""");
        Write("c.json", "[1");
        File.WriteAllBytes(Path.Combine(folder, "d.json.xz"), [1, 2, 3]);

        var message = Assert.Throws<InvalidDataException>(() => TraceFolder.Read(folder)).Message;

        Assert.Contains("a.json: metadata.gap_seconds is '-5'", message, StringComparison.Ordinal);
        Assert.Contains("data[1] is '-1'", message, StringComparison.Ordinal);
        Assert.Contains("data[2] is '\"x\"'", message, StringComparison.Ordinal);
        Assert.Contains("data[3] is '0.5'", message, StringComparison.Ordinal);
        Assert.Contains("b.json: metadata.gap_seconds is ''", message, StringComparison.Ordinal);
        Assert.Contains("b.json: prices is '1 prices'", message, StringComparison.Ordinal);
        Assert.Contains("c.json: (file)", message, StringComparison.Ordinal);
        Assert.Contains("d.json.xz: (file)", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NoTrace_SaysSo() => Assert.Contains(folder, Assert.Throws<InvalidDataException>(() => TraceFolder.Read(folder)).Message, StringComparison.Ordinal);

    private void Write(string name, string text)
    {
        var file = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
