namespace Rebalancer.Agent.Network.Addresses;

/// <summary>Makes the interface of an arriving pod ready before it has an address.</summary>
internal interface IArrivals
{
    /// <summary>Closes the shield of the interface in both directions, then gives it the source's MAC.</summary>
    /// <exception cref="NetworkUnsupportedException">No veth, or no such MAC.</exception>
    Task CloseAsync(string netnsPath, string ifName, string mac);

    /// <summary>The namespace ends.</summary>
    Task ForgetAsync(string netnsPath);
}
