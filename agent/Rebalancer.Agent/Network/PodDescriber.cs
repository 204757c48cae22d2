using System.Net.NetworkInformation;
using System.Net.Sockets;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Network;

/// <summary>Reads the network of a running pod from inside its namespace.</summary>
internal static class PodDescriber
{
    /// <exception cref="NetworkUnsupportedException">The message says what was found.</exception>
    public static PodNetwork Describe(int initPid, string hostNetns)
    {
        var path = NetNamespace.PathOf(initPid);
        var (links, addresses) = Read(path);
        var pod = links.Where(l => l is { IsUp: true, IsLoopback: false }).ToList();
        if (pod.Count != 1)
        {
            throw new NetworkUnsupportedException($"process {initPid} has {pod.Count} interfaces that are up ({string.Join(", ", pod.Select(l => l.Name))}); a pod that moves has one");
        }

        var own = addresses.Where(a => a.IfIndex == pod[0].Index && a.IsGlobal && a.Address.AddressFamily == AddressFamily.InterNetwork).ToList();
        if (own.Count != 1)
        {
            throw new NetworkUnsupportedException($"interface '{pod[0].Name}' of process {initPid} has {own.Count} IPv4 addresses; a pod that moves has one");
        }

        return new PodNetwork(
            $"{own[0].Address}/{own[0].PrefixLength}", MacText(pod[0].Mac), pod[0].Name, path, HostPeer.IndexOf(pod[0], hostNetns));
    }

    public static string MacText(PhysicalAddress mac) => string.Join(':', mac.GetAddressBytes().Select(b => b.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)));

    private static (IReadOnlyList<PodLink> Links, IReadOnlyList<PodLinkAddress> Addresses) Read(string path)
    {
        try
        {
            return NetNamespace.Run(path, () =>
            {
                using var links = new PodLinks();
                return (links.Links(), links.Addresses());
            });
        }
        catch (LinuxException e)
        {
            throw new NetworkUnsupportedException($"the network of {path} cannot be read: {e.Message}", e);
        }
    }
}
