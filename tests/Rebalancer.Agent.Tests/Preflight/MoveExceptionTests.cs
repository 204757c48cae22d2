using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;
using Xunit;

namespace Rebalancer.Agent.Tests.Preflight;

public sealed class MoveExceptionTests
{
    [Fact]
    public void Text_ThatATerminalWouldObey_IsMadePlain()
    {
        var refusal = new MoveException(Reasons.CheckpointFailed, "process 7 holds /data/\u001b[2Jgone\u0007 open\nrunc: no", "Error (x.c:1): \u009b31m/d");

        Assert.Equal("process 7 holds /data/?[2Jgone? open runc: no", refusal.Message);
        Assert.Equal("Error (x.c:1): ?31m/d", refusal.LogLine);
    }
}
