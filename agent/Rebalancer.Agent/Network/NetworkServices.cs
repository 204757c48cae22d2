namespace Rebalancer.Agent.Network;

internal static class NetworkServices
{
    /// <summary>Registers <see cref="INodeNetwork"/>.</summary>
    public static IServiceCollection AddNodeNetwork(this IServiceCollection services) => services;
}
