using Rebalancer.Agent.Checkpoint;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Tests.Checkpoint;

public sealed class CriuCausesTests
{
    [Theory]
    [InlineData("(00.01) Error (criu/files-reg.c:1): Can't lookup mount=24 for fd=3 path=/x", Reasons.VolumeUnsupported)]
    [InlineData("(00.01) Error (criu/sk-unix.c:9): unix: External socket is used. Consider using --ext-unix-sk option.", Reasons.ExternalSocket)]
    [InlineData("(00.01) Error (criu/sk-unix.c:9): unix: Can't dump half of stream unix connection.", Reasons.ExternalSocket)]
    [InlineData("(00.01) Error (criu/files-reg.c:8): Can't create link remap for /x. Use link-remap option.", Reasons.CheckpointFailed)]
    [InlineData("(00.01) Error (criu/sk-inet.c:1): inet: In-flight connection (l)", Reasons.CheckpointFailed)]
    [InlineData("(00.01) Error (criu/files.c:2): Can't dump file 7 of that type [600] (unknown anon_inode:[io_uring])", Reasons.IoUring)]
    [InlineData("(00.01) Error (criu/fsnotify.c:290): fsnotify: \tCan't dump that handle", Reasons.CheckpointFailed)]
    [InlineData("(00.01) Error (criu/fsnotify.c:270): fsnotify: Can't find suitable path for handle (dev 0x2a ino 0x7): -2", Reasons.WatchUnsupported)]
    [InlineData("(00.01) Error (criu/cpu.c:3): xsave size mismatch (2440/2696)", Reasons.CpuIncompatible)]
    [InlineData("(00.01) Error (criu/namespaces.c:3): Can't dump nested uts namespace for 7", Reasons.CheckpointFailed)]
    [InlineData("(00.01) Error (criu/seize.c:3): Timeout reached. Try to interrupt: 1", Reasons.FreezeBudgetExceeded)]
    [InlineData("(00.01) Error (criu/mem.c:3): Dirty tracking is OFF. Memory snapshot will not be incremental.", Reasons.StrategyUnsupported)]
    [InlineData("(00.01) Error (criu/image.c:3): Can't write: No space left on device", Reasons.TargetNoRoom)]
    public void Find_KnownLine_NamesTheReason(string line, string reason)
    {
        var cause = CriuCauses.Find($"(00.00) begin\n{line}\n(00.02) Error (criu/cr-dump.c:1): Dumping FAILED.\n", Reasons.CheckpointFailed);
        Assert.Equal(reason, cause.Reason);
        Assert.Equal(line, cause.LogLine);
        Assert.NotEmpty(cause.Hint);
    }

    [Fact]
    public void Find_UnknownErrors_TakesTheFirstThatIsNotHarmless()
    {
        const string Log = """
            (00.00) Error (criu/util.c:1534): rlimit: Can't setup RLIMIT_NOFILE for self: Operation not permitted
            (00.01) Error (criu/net.c:1): the cause
            (00.02) Error (criu/cr-restore.c:1): Restoring FAILED.
            """;
        var cause = CriuCauses.Find(Log, Reasons.RestoreFailed);
        Assert.Equal(Reasons.RestoreFailed, cause.Reason);
        Assert.EndsWith("the cause", cause.LogLine, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("(00.00) all is well\n")]
    public void Find_NoError_SaysSo(string log) => Assert.Equal(new CriuCause(Reasons.CheckpointFailed, "CRIU's log names no error", ""), CriuCauses.Find(log, Reasons.CheckpointFailed));

    [Fact]
    public void Find_HugeLine_IsCut() => Assert.True(CriuCauses.Find("Error (x): " + new string('a', 100_000), Reasons.CheckpointFailed).LogLine.Length <= 400);
}
