using System.Globalization;
using k8s.Models;
using Rebalancer.Agent.Notices;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Tests.Notices;

public sealed class NoticeMarkTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.Parse("2026-03-01T12:00:00Z", CultureInfo.InvariantCulture);
    private readonly V1Node _node = new() { Metadata = new V1ObjectMeta { Name = "n" } };

    [Fact]
    public void Set_OfACountedNoticeByARestartedAgent_KeepsTheFirstInstant()
    {
        Assert.True(NoticeMark.Set(_node, Counted(Now.AddSeconds(30)), Now));
        Assert.False(NoticeMark.Set(_node, Counted(Now.AddSeconds(42)), Now.AddSeconds(12)));
        Assert.Equal("2026-03-01T12:00:30Z", _node.Metadata.Annotations[Names.TerminatesAt]);
    }

    [Fact]
    public void Set_OfACountedNoticeInAnotherLifeOfTheMachine_CountsAnew()
    {
        NoticeMark.Set(_node, Counted(Now.AddSeconds(30)), Now);
        Assert.True(NoticeMark.Set(_node, Counted(Now.AddHours(1)), Now.AddHours(1)));
        Assert.Equal("2026-03-01T13:00:00Z", _node.Metadata.Annotations[Names.TerminatesAt]);
    }

    private static NodeNotice Counted(DateTimeOffset at) => new("spot instance: preempted", at, IsCounted: true);
}
