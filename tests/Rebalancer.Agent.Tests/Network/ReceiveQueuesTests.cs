using Rebalancer.Agent.Network;
using Rebalancer.Agent.Preflight;

namespace Rebalancer.Agent.Tests.Network;

public sealed class ReceiveQueuesTests : IDisposable
{
    private const int Pid = 42;
    private const string Head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);
    private readonly string proc = Directory.CreateTempSubdirectory("proc-").FullName;
    private readonly ReceiveQueues queues;

    public ReceiveQueuesTests()
    {
        Directory.CreateDirectory(Path.Combine(proc, "42", "net"));
        queues = new ReceiveQueues(new ProcFolder(proc), TimeProvider.System);
    }

    public void Dispose() => Directory.Delete(proc, recursive: true);

    [Theory]
    [InlineData("01", "00000000:00000000", true)]
    [InlineData("01", "0000000A:00000000", true)]
    [InlineData("01", "00000000:0000000A", false)]
    [InlineData("0A", "00000000:00000005", true)] // a listening socket: connections that wait to be accepted
    [InlineData("06", "00000000:0000000A", true)]
    public async Task Drain_OneConnection_WaitsForEstablishedOnesWithSomethingToRead(string state, string queue, bool isDrained)
    {
        Write("tcp", Line(state, queue));
        Assert.Equal(isDrained, await queues.DrainAsync(Pid, Short, CancellationToken.None));
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("tcp6")]
    public async Task Drain_ReadInTheMeantime_EndsThen(string table)
    {
        Write(table, Line("01", "00000000:00000000") + Line("01", "00000000:00000007"));
        var draining = queues.DrainAsync(Pid, Long, CancellationToken.None);
        Assert.False(draining.IsCompleted);

        Write(table, Line("01", "00000000:00000000"));

        Assert.True(await draining);
    }

    [Fact]
    public async Task Drain_ProcessThatIsGone_HasNothing() => Assert.True(await queues.DrainAsync(int.MaxValue, Short, CancellationToken.None));

    private void Write(string table, string lines)
    {
        var path = Path.Combine(proc, "42", "net", table);
        File.WriteAllText(path + ".new", Head + lines);
        File.Move(path + ".new", path, overwrite: true);
    }

    private static string Line(string state, string queues) =>
        $"   0: 0100007F:18EB 0100007F:A3C2 {state} {queues} 00:00000000 00000000     0        0 12345 1 0000000000000000 20 4 30 10 -1\n";
}
