namespace Rebalancer.Lab.Network;

/// <summary>The lab's flat layer 2 network. Nodes and pods share one subnet, as on a bridge of machines.</summary>
public static class Addresses
{
    public const string Fabric = "fab0";
    public const string Subnet = "10.88.0.0/16";
    public const int PrefixLength = 16;

    /// <summary>The lab's own root: API server, descheduler, clients.</summary>
    public const string Gateway = "10.88.0.1";

    /// <summary>The cluster-wide range of pod addresses under rebalancer-ipam.</summary>
    public const string RangeStart = "10.88.1.0";
    public const string RangeEnd = "10.88.1.255";

    public const int AgentPort = 9443;

    /// <summary>Where agents take the images of moves.</summary>
    public const int ImagesPort = AgentPort + 1;
    public const int WebhookPort = 9444;

    /// <param name="index">From 1.</param>
    public static string Node(int index) => $"10.88.0.{10 + index}";

    /// <summary>Host-local's range of a node; apart from the cluster-wide range.</summary>
    public static (string Start, string End) HostLocalRange(int index) => ($"10.88.{100 + index}.2", $"10.88.{100 + index}.254");
}
