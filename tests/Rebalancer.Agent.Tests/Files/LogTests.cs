using System.Text;
using Rebalancer.Agent.Files;

namespace Rebalancer.Agent.Tests.Files;

public sealed class LogTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("log-").FullName;
    private readonly string images;
    private readonly string log;
    private readonly LogSender sender;

    public LogTests()
    {
        images = Directory.CreateDirectory(Path.Combine(folder, "images")).FullName;
        var logs = Directory.CreateDirectory(Path.Combine(folder, "main")).FullName;
        File.WriteAllText(Path.Combine(logs, "0.log"), "older start\n");
        File.WriteAllText(Path.Combine(logs, "9.log"), "older start\n");
        log = Path.Combine(logs, "10.log");
        sender = new LogSender(new ContainerLog("main", logs), images);
    }

    private string Copied => File.ReadAllText(Path.Combine(images, "log-main"));

    public void Dispose()
    {
        sender.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Copy_TwiceWithLinesBetween_HasEachWholeLineOnce()
    {
        File.WriteAllText(log, "one\ntwo\nthr");
        sender.Copy();
        Assert.Equal("one\ntwo\n", Copied);
        File.AppendAllText(log, "ee\nfour\n");
        sender.Copy();
        Assert.Equal("one\ntwo\nthree\nfour\n", Copied);
    }

    [Fact]
    public void Copy_RotatedBetween_LosesNothing()
    {
        File.WriteAllText(log, "one\n");
        sender.Copy();
        File.AppendAllText(log, "two\n");
        File.Move(log, log + ".20260101-000000");
        File.WriteAllText(log, "three\n");
        sender.Copy();
        Assert.Equal("one\ntwo\nthree\n", Copied);
    }

    [Fact]
    public void Copy_LongLog_BeginsAtALineWithinTheLimit()
    {
        var line = new string('x', 999) + "\n";
        File.WriteAllText(log, string.Concat(Enumerable.Repeat(line, (FileLimits.LogBytes / 1000) + 500)));
        sender.Copy();
        Assert.InRange(sender.Bytes, FileLimits.LogBytes - 1000, FileLimits.LogBytes);
        Assert.Equal(0, sender.Bytes % 1000);
        Assert.Equal('x', Copied[0]);
    }

    [Fact]
    public void Copy_LinkForALog_IsNotFollowed()
    {
        File.WriteAllText(Path.Combine(folder, "secret"), "secret\n");
        File.CreateSymbolicLink(log, Path.Combine(folder, "secret"));
        sender.Copy();
        Assert.Equal(0, sender.Bytes);
    }

    [Fact]
    public void Write_WhileTheRuntimeHasItOpen_OldLinesComeFirstAndOnce()
    {
        using var runtime = new FileStream(log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        var lines = Path.Combine(images, "log-main");
        File.WriteAllText(lines, "old 1\nold 2\n");
        LogWriter.Write(lines, log);
        LogWriter.Write(lines, log);
        // O_APPEND, as the runtime has it: the class library's append mode only seeks once.
        TestTree.Shell($"echo new >> '{log}'");
        Assert.Equal("old 1\nold 2\nnew\n", File.ReadAllText(log, Encoding.UTF8));
    }
}
