using System.Collections.Concurrent;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Network;

/// <summary>The shields of this node, one for each network namespace and interface, found by the namespace itself and not by its path, of which it has several.</summary>
internal sealed class PodShields(TimeProvider time, ILoggerFactory logs) : IAsyncDisposable
{
    private readonly Lock _making = new();
    private readonly ConcurrentDictionary<(string Namespace, string IfName), PodShield> _shields = new();
    private readonly Lazy<bool> _netdevHooks = new(() => ShieldRehearsal.Run(time));

    /// <summary>The node's network: where the other ends of the pods' interfaces are.</summary>
    public string HostNetns { get; init; } = NetNamespace.PathOf(Environment.ProcessId);

    /// <summary>Pays for what only the first shield costs; answers whether the kernel has netdev hooks.</summary>
    /// <exception cref="LinuxException">No shield can be closed here.</exception>
    public bool WarmUp() => _netdevHooks.Value;

    public PodShield Get(string netnsPath, string ifName)
    {
        var key = (NetNamespace.Identity(netnsPath), ifName);
        lock (_making)
        {
            if (_shields.TryGetValue(key, out var known))
            {
                known.Prepare();
                return known;
            }

            var place = new ShieldPlace(netnsPath, ifName, HostNetns, _netdevHooks.Value);
            var shield = new PodShield(place, HoldLimits.Default, time, logs.CreateLogger<PodShield>());
            _shields[key] = shield;
            shield.Disposed += gone => _shields.TryRemove(new KeyValuePair<(string, string), PodShield>(key, gone));
            return shield;
        }
    }

    /// <summary>Frees the shields of a namespace that ends; nothing if it has none, or is gone.</summary>
    public async Task ForgetAsync(string netnsPath)
    {
        try
        {
            var space = NetNamespace.Identity(netnsPath);
            foreach (var (_, shield) in _shields.Where(s => s.Key.Namespace == space).ToList())
            {
                await shield.DisposeAsync();
            }
        }
        catch (LinuxException)
        {
            // A namespace without a name has nothing that this could free.
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (_, shield) in _shields.ToList())
        {
            await shield.DisposeAsync();
        }
    }
}
