using Microsoft.Extensions.Logging;

namespace Rebalancer.Agent.Network.Addresses;

/// <summary>On a node whose network is ours by now, earlier pods' addresses are written down at once: one of them may be about to move.</summary>
internal sealed class AddressAdoptionService(AddressAdoption adoption, TimeProvider clock, ILogger<AddressAdoptionService> log) : BackgroundService
{
    private const string Networks = "/etc/cni/net.d", Plugin = "\"rebalancer-ipam\"";
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (IsOurs())
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

    private static bool IsOurs()
    {
        try
        {
            return Directory.EnumerateFiles(Networks).Any(file => Path.GetExtension(file) is ".conf" or ".conflist" or ".json" && File.ReadAllText(file).Contains(Plugin, StringComparison.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
