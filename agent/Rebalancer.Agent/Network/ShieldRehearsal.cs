using System.Net;
using System.Net.NetworkInformation;
using Microsoft.Extensions.Logging.Abstractions;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Network;

/// <summary>
/// Closes and opens a shield on a veth in a network namespace of its own. What only the first time costs (compiling this code, the kernel patching
/// its hooks in: 18 ms measured) is thus paid before a pod is frozen, and what the kernel lacks is known before a pod depends on it.
/// </summary>
internal static class ShieldRehearsal
{
    /// <returns>Whether the kernel has netdev hooks.</returns>
    /// <exception cref="LinuxException">No shield can be closed here.</exception>
    public static bool Run(TimeProvider time)
    {
        var netdevHooks = ShieldTable.Probe();
        return NetNamespace.RunInNew(() =>
        {
            // Threads that enter find this one's namespace by its own path, as the process's is the node's.
            var path = $"/proc/{new FileInfo("/proc/thread-self").LinkTarget}/ns/net";
            using var links = new PodLinks();
            links.AddVeth("shield0", "shield1");
            foreach (var link in links.Links().Where(l => l.Kind == "veth"))
            {
                links.SetUp(link.Index);
            }

            Use(new PodShield(new ShieldPlace(path, "shield0", path, netdevHooks), HoldLimits.Default, time, NullLogger.Instance));
            return netdevHooks;
        });
    }

    private static void Use(PodShield shield)
    {
        ReadOnlyMemory<byte> frame = Announcement.Of(IPAddress.Loopback, PhysicalAddress.Parse("02-00-00-00-00-01"));
        shield.CloseIngress();
        shield.Close();
        shield.Replay([new HeldFrame(new byte[PacketSocket.VnetHeaderBytes], frame)]);
        shield.OpenEgress();
        shield.Announce();
        shield.OpenIngress();
        shield.Replay([]);
        shield.Close();
        shield.OpenIngress();
        _ = shield.DisposeAsync().AsTask();
    }
}
