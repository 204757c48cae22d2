using System.Net;

namespace Rebalancer.Agent.Network.Calico;

/// <summary>Where Calico keeps its objects with the Kubernetes datastore: cluster-scoped, in a group that is its own.</summary>
internal static class CalicoResource
{
    public const string Group = "crd.projectcalico.org";
    public const string Version = "v1";
    public const string ApiVersion = $"{Group}/{Version}";
    public const string Blocks = "ipamblocks";
    public const string Handles = "ipamhandles";
    public const string Pools = "ippools";
    public const string Settings = "ipamconfigs";
    public const string Felix = "felixconfigurations";

    /// <summary>Name of the only IPAMConfig, and of the FelixConfiguration of all nodes.</summary>
    public const string Default = "default";

    public static string BlockName(IPNetwork cidr) => cidr.ToString().Replace('.', '-').Replace('/', '-');

    /// <summary>The FelixConfiguration of one node.</summary>
    public static string FelixOf(string node) => $"node.{node}";
}
