using System.Net;
using System.Net.NetworkInformation;

namespace Rebalancer.Agent.Network;

/// <summary>One interface as rtnetlink tells it.</summary>
/// <param name="Peer">Index of the other end of a veth, in its own namespace; 0 if there is none.</param>
/// <param name="Kind">"veth", "bridge", ..; "" for hardware and loopback.</param>
internal sealed record PodLink(int Index, string Name, PhysicalAddress Mac, bool IsUp, bool IsLoopback, int Peer, string Kind);

/// <summary>One address of an interface.</summary>
internal sealed record PodLinkAddress(int IfIndex, IPAddress Address, int PrefixLength, bool IsGlobal);
