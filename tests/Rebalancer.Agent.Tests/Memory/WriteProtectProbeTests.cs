using Rebalancer.Agent.Local.Memory;

namespace Rebalancer.Agent.Tests.Memory;

public sealed class WriteProtectProbeTests
{
    /// <summary>The kernels that these tests run on can; one that cannot is to be seen here and not in a slow benchmark.</summary>
    [Fact]
    public void Obstacle_ThisKernel_None() => Assert.Null(WriteProtectProbe.Obstacle);
}
