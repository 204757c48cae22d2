using System.Security.Cryptography;
using k8s;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Rebalancer.Agent.Local;
using Rebalancer.Agent.Network.Addresses;
using Rebalancer.Agent.Network.Calico;
using Rebalancer.Agent.Preflight;

namespace Rebalancer.Agent.Network;

internal static class NetworkServices
{
    /// <summary>Registers <see cref="INodeNetwork"/>. Needs <see cref="IKubernetes"/>, <see cref="Moves.IClaims"/>, <see cref="AgentOptions"/> and TimeProvider.</summary>
    public static IServiceCollection AddNodeNetwork(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<PodShields>();
        services.AddSingleton<IArrivals, Arrivals>();
        services.AddSingleton<IAddressRecords, AddressRecords>();
        // Agents that start at the same time must not try the same addresses, and a Random is not for several threads.
        services.AddSingleton(s => new AddressAllocator(
            s.GetRequiredService<IAddressRecords>(), new Random(RandomNumberGenerator.GetInt32(int.MaxValue)), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<AddressAdoption>();
        services.AddHostedService<AddressAdoptionService>();
        services.AddSingleton(_ => new NodeAddressing(Directory.Exists(NodePaths.NetworkFolder) ? NodePaths.NetworkFolder : NodePaths.UsualNetworkFolder));
        services.AddSingleton<AddressPreflight>();
        services.AddSingleton<AddressHandOver>();
        services.AddSingleton<AddressRelease>();
        services.AddSingleton<CniAnswers>();
        services.AddSingleton<FlatNetwork>();
        services.AddSingleton<ICalicoObjects, CalicoObjects>();
        services.AddSingleton<INetworkAdapter>(s => ActivatorUtilities.CreateInstance<CalicoNetwork>(s, SandboxOf(s)));
        services.AddSingleton<NetworkAdapters>();
        services.AddSingleton<INodeNetwork, NodeNetwork>();
        services.AddHostedService<ShieldWarmUp>();
        return services;
    }

    private static Func<string, string?> SandboxOf(IServiceProvider services) => podUid =>
        new PodContainers(services.GetRequiredService<AgentOptions>().ContainerdRoot, services.GetRequiredService<ProcFolder>()).Of(podUid).FirstOrDefault(each => each.ContainerType == "sandbox")?.Id;
}
