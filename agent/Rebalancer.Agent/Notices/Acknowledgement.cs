using k8s.Autorest;

namespace Rebalancer.Agent.Notices;

/// <summary>Tells a cloud that waits for it, once for each event, that the machine may go: when every pod that loses by it has left.</summary>
internal sealed partial class Acknowledgement(IAcknowledgedNotices cloud, INodePods pods, ILogger log)
{
    private string? _told;

    public async Task StepAsync(NodeNotice? notice, CancellationToken cancellation)
    {
        if (notice?.EventId is not { } id || id == _told)
        {
            return;
        }

        try
        {
            if (await pods.HaveLeftAsync(cancellation))
            {
                await cloud.AcknowledgeAsync(id, cancellation);
                _told = id;
                Acknowledged(log, id, notice.Cause);
            }
        }
        catch (Exception e) when (e is MetadataUnavailableException or HttpOperationException or HttpRequestException or TimeoutException)
        {
            NotAcknowledged(log, id, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Every pod has left: event {Id} ({Cause}) is acknowledged, the cloud need not wait")]
    private static partial void Acknowledged(ILogger log, string id, string cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Event {Id} could not be acknowledged, tried again: {Failure}")]
    private static partial void NotAcknowledged(ILogger log, string id, string failure);
}
