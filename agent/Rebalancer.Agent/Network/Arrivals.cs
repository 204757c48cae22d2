using System.Net.NetworkInformation;
using Rebalancer.Agent.Local.Netlink;
using Rebalancer.Agent.Network.Addresses;

namespace Rebalancer.Agent.Network;

internal sealed class Arrivals(PodShields shields) : IArrivals
{
    public async Task CloseAsync(string netnsPath, string ifName, string mac)
    {
        if (!PhysicalAddress.TryParse(mac, out var address) || address.GetAddressBytes().Length != 6)
        {
            throw new NetworkUnsupportedException($"the source's MAC '{mac}' is none of an Ethernet interface");
        }

        var shield = shields.Get(netnsPath, ifName);
        try
        {
            shield.Close();
            NetNamespace.Run(netnsPath, () =>
            {
                using var links = new PodLinks();
                links.SetMac(NetNamespace.RequireInterface(ifName), address);
                return true;
            });
        }
        catch
        {
            await shield.DisposeAsync();
            throw;
        }
    }

    public Task ForgetAsync(string netnsPath) => netnsPath.Length == 0 ? Task.CompletedTask : shields.ForgetAsync(netnsPath);
}
