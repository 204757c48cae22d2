using k8s;
using k8s.Autorest;
using Microsoft.Extensions.Logging;
using Rebalancer.Agent.Cluster;

namespace Rebalancer.Agent.Moves;

/// <summary>Keeps the markers of pods that moved from growing with every move.</summary>
internal sealed class MarkerSweep(IKubernetes kubernetes, Markers markers, AgentOptions options, TimeProvider clock, ILogger<MarkerSweep> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1), Limit = TimeSpan.FromSeconds(30), Age = TimeSpan.FromDays(7);

    /// <exception cref="HttpOperationException">The API server does not say which pods the node has.</exception>
    public async Task SweepAsync(CancellationToken cancellation)
    {
        var before = clock.GetUtcNow() - Age;
        if (!markers.HasOlder(before)) { return; }
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        var pods = await kubernetes.ListPodsOfAsync(options.Node, limit.Token);
        var gone = markers.Forget(before, pods.Select(pod => pod.Metadata.Uid).ToHashSet());
        log.LogInformation("{Count} markers of pods that moved over {Days} days ago are gone", gone, Age.TotalDays);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception e) when (e is HttpOperationException or HttpRequestException or IOException or OperationCanceledException && !stoppingToken.IsCancellationRequested)
            {
                log.LogWarning("Markers of pods that moved long ago are not cleared away yet: {Cause}", e.Message);
            }
            await Task.Delay(Interval, clock, stoppingToken);
        }
    }
}
