using Rebalancer.Agent.Notices.Clouds;

namespace Rebalancer.Agent.Notices;

/// <summary>Finds whose notices are to be read, and reads them for as long as the agent runs.</summary>
internal sealed class NoticeService(CloudDetector detector, Func<INoticeSource, NoticeWatch> watch) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            if (await detector.FindAsync(stoppingToken) is { } source)
            {
                await watch(source).RunAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The agent ends.
        }
    }
}
