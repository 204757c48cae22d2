using Rebalancer.Agent.Notices;
using k8s.Models;

namespace Rebalancer.Agent.Tests.Notices;

public sealed class AcknowledgementTests : IAcknowledgedNotices, INodePods
{
    private static readonly NodeNotice Notice = new("scheduled event: Preempt", DateTimeOffset.UnixEpoch, EventId: "e-1");
    private readonly List<string> _heard = [];
    private readonly LogLines<AcknowledgementTests> _log = new();
    private bool _haveLeft;
    private bool _isDeaf;

    [Fact]
    public async Task Step_WhilePodsAreThere_SaysNothing_ThenTellsOnce()
    {
        var acknowledgement = new Acknowledgement(this, this, _log);
        await acknowledgement.StepAsync(Notice, CancellationToken.None);
        Assert.Empty(_heard);

        (_haveLeft, _isDeaf) = (true, true);
        await acknowledgement.StepAsync(Notice, CancellationToken.None);
        Assert.Contains("tried again", Assert.Single(_log.Lines), StringComparison.Ordinal);

        _isDeaf = false;
        await acknowledgement.StepAsync(Notice, CancellationToken.None);
        await acknowledgement.StepAsync(Notice, CancellationToken.None);
        Assert.Equal(["e-1"], _heard);
    }

    [Fact]
    public async Task Step_WithoutAnEvent_SaysNothing()
    {
        _haveLeft = true;
        var acknowledgement = new Acknowledgement(this, this, _log);
        await acknowledgement.StepAsync(null, CancellationToken.None);
        await acknowledgement.StepAsync(Notice with { EventId = null }, CancellationToken.None);
        Assert.Empty(_heard);
    }

    [Theory]
    [InlineData("Running", "ReplicaSet", true)]
    [InlineData("Running", null, true)]
    [InlineData("Pending", null, true)]
    [InlineData("Succeeded", "Job", false)]
    [InlineData("Running", "DaemonSet", false)]
    [InlineData("Running", "Node", false)]
    public void Stays_IsAnyPodThatLosesByTheEndOfTheNode(string phase, string? owner, bool stays)
    {
        var pod = new V1Pod { Metadata = new V1ObjectMeta { Name = "p" }, Status = new V1PodStatus { Phase = phase } };
        pod.Metadata.OwnerReferences = owner is null ? null : [new V1OwnerReference { Kind = owner }];
        Assert.Equal(stays, NodePods.Stays(pod));
    }

    Task IAcknowledgedNotices.AcknowledgeAsync(string eventId, CancellationToken cancellation)
    {
        if (_isDeaf)
        {
            throw new MetadataUnavailableException("not now");
        }

        _heard.Add(eventId);
        return Task.CompletedTask;
    }

    Task<bool> INodePods.HaveLeftAsync(CancellationToken cancellation) => Task.FromResult(_haveLeft);
}
