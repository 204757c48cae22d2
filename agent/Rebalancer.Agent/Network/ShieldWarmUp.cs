using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Network;

/// <summary>Finds out at start what the kernel can, so that no pod's freeze pays for it, and tells what it found.</summary>
internal sealed partial class ShieldWarmUp(PodShields shields, ILogger<ShieldWarmUp> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            var netdevHooks = await Task.Run(shields.WarmUp, stoppingToken);
            Found(log, netdevHooks ? "netdev" : "inet and arp");
        }
        catch (LinuxException e)
        {
            // The agent still serves ordinary pods; a move is refused when it asks for its shield.
            Missing(log, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Shields use nf_tables hooks of family {Family}")]
    private static partial void Found(ILogger log, string family);

    [LoggerMessage(Level = LogLevel.Error, Message = "No shield can be closed on this node, so that no pod can move: {Cause}")]
    private static partial void Missing(ILogger log, string cause);
}
