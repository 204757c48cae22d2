using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Rebalancing.Running;

namespace Rebalancer.Rebalancing.Tests;

public sealed class CircuitBreakerTests
{
    private static readonly DateTimeOffset Now = Given.Made;

    [Theory]
    [InlineData("SSSSSSSSSS", false)]
    [InlineData("FFFFSSSSSS", false)]
    [InlineData("FFFFFSSSSS", true)]
    [InlineData("SFSFSFSFSF", true)]
    [InlineData("SSSSSSFFFFFFF", false)]
    [InlineData("FFFF", false)]
    [InlineData("UUUUUSSSSS", false)]
    public void OpenUntil_ByTheLastTenMoves(string newestFirst, bool isOpen)
        => Assert.Equal(isOpen, CircuitBreaker.OpenUntil(newestFirst.Select((c, i) => Ended(c, Now.AddMinutes(-i))), Now) is not null);

    [Fact]
    public void OpenUntil_HalfAnHourAfterTheLastFailure_Closed()
        => Assert.Null(CircuitBreaker.OpenUntil("FFFFF".Select((c, i) => Ended(c, Now.AddMinutes(-30 - i))), Now));

    [Fact]
    public void OpenUntil_MovesThatNoPlanMade_DoNotCount()
        => Assert.Null(CircuitBreaker.OpenUntil("FFFFF".Select((c, i) => Ended(c, Now.AddMinutes(-i), plan: false)), Now));

    private static Migration Ended(char how, DateTimeOffset at, bool plan = true) => new()
    {
        Metadata = new V1ObjectMeta { Name = "m", Labels = plan ? new Dictionary<string, string> { [Names.PlanLabel] = "p" } : null },
        Status = new MigrationStatus { Phase = how == 'S' ? Phases.Succeeded : Phases.RolledBack, Reason = how == 'U' ? Reasons.UserAborted : null, CompletedAt = at },
    };
}
