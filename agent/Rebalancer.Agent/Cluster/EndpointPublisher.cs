using Microsoft.Extensions.Logging;
using Rebalancer.Agent.Moves;
using Rebalancer.Agent.Transfer;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Cluster;

/// <summary>Tells the other agents, by an annotation of this node, where this one listens.</summary>
internal sealed class EndpointPublisher(IClusterApi api, AgentOptions options, TransferRehearsal rehearsal, TimeProvider clock, Random random, ILogger<EndpointPublisher> log) : BackgroundService
{
    private readonly TaskCompletionSource published = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done when others can find this agent.</summary>
    public Task Published => published.Task;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await rehearsal.Done.WaitAsync(stoppingToken);
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10), random, clock);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await api.AnnotateNodeAsync(options.Node, Names.AgentEndpoint, options.Listen.ToString(), stoppingToken);
                log.LogInformation("Node {Node}: agent listens on {Endpoint}", options.Node, options.Listen);
                published.TrySetResult();
                return;
            }
            catch (Exception e) when (DecisionReader.IsTransient(e))
            {
                log.LogWarning("Node {Node} is not annotated yet: {Cause}", options.Node, e.Message);
            }
            await backoff.WaitAsync(stoppingToken);
        }
    }
}
