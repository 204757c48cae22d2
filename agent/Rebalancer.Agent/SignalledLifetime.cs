namespace Rebalancer.Agent;

/// <summary>A host that stops when it is told to, and does not listen for signals itself.</summary>
internal sealed class SignalledLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
