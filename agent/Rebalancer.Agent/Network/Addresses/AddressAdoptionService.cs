using Microsoft.Extensions.Logging;

namespace Rebalancer.Agent.Network.Addresses;

/// <summary>On a node whose network is ours by now, earlier pods' addresses are written down at once: one of them may be about to move.</summary>
internal sealed class AddressAdoptionService(AddressAdoption adoption, NodeAddressing addressing, TimeProvider clock, ILogger<AddressAdoptionService> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (addressing.Network(out _) is not null)
        {
            try
            {
                await adoption.EnsureAsync(stoppingToken);
                return;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogWarning("Addresses of earlier pods are not written down yet: {Cause}", e.Message);
            }
            await Task.Delay(Pause, clock, stoppingToken);
        }
    }
}
