using Rebalancer.Agent.Local;
using Rebalancer.Cni.Protocol;

namespace Rebalancer.Cni;

/// <summary>The commands that concern one address.</summary>
internal static class Addresses
{
    public static AddResult Add(CniCall call, CniHost host, string version)
    {
        var ipam = RequireIpam(call);
        RequireAttachment(call);
        if (call.PodUid.Length == 0)
        {
            throw new CniException(CniErrors.InvalidEnvironment, "CNI_ARGS has no K8S_POD_UID", "an address belongs to a pod's UID; containerd since 1.6 and CRI-O pass it");
        }
        var reply = Ask(LocalOps.CniAdd, call, host);
        if (reply.Address.Length == 0) { throw new CniException(CniErrors.Refused, $"the agent gave pod {call.PodUid} no address"); }
        return new AddResult
        {
            CniVersion = version,
            Ips =
            [
                new AddedAddress
                {
                    Version = CniVersions.NamesAddressVersion(version) ? (reply.Address.Contains(':', StringComparison.Ordinal) ? "6" : "4") : null,
                    Address = reply.Address,
                    Gateway = First(reply.Gateway, ipam.Gateway),
                },
            ],
            Routes = ipam.Routes,
        };
    }

    /// <summary>Idempotent, as CNI wants it: the agent answers proceed for an address that is not there. Fails while the agent is away, so that the runtime tries again.</summary>
    public static void Delete(CniCall call, CniHost host) => _ = Ask(LocalOps.CniDel, call, host);

    public static void Check(CniCall call, CniHost host)
    {
        RequireAttachment(call);
        _ = Ask(LocalOps.CniCheck, call, host);
    }

    /// <summary>An ADD would fail now, if nobody listens on the agent's socket.</summary>
    public static void Status(CniHost host)
    {
        try
        {
            new AgentClient(host.Socket, host.Clock).Probe();
        }
        catch (AgentUnavailableException e)
        {
            throw new CniException(CniErrors.NotAvailable, "the agent of this node does not answer", e.Message);
        }
    }

    private static LocalReply Ask(string op, CniCall call, CniHost host)
    {
        var ipam = call.Config.Ipam ?? new IpamConfig();
        var request = new LocalRequest
        {
            Op = op,
            PodUid = call.PodUid,
            PodNamespace = call.PodNamespace,
            PodName = call.PodName,
            ContainerId = call.ContainerId,
            NetNs = call.NetNs,
            IfName = call.IfName,
            Subnet = ipam.Subnet,
            RangeStart = ipam.RangeStart,
            RangeEnd = ipam.RangeEnd,
            Gateway = ipam.Gateway,
        };
        try
        {
            var reply = new AgentClient(host.Socket, host.Clock).Ask(request, host.Limit, host.ConnectWindow);
            return reply.Action == LocalActions.Proceed ? reply : throw new CniException(CniErrors.Refused, $"{First(reply.Reason, "Refused")}: {reply.Message}");
        }
        catch (AgentUnavailableException e)
        {
            throw new CniException(CniErrors.TryAgainLater, "the agent of this node gave no answer", e.Message);
        }
    }

    private static IpamConfig RequireIpam(CniCall call) => call.Config.Ipam is { Subnet.Length: > 0 } ipam
        ? ipam : throw new CniException(CniErrors.InvalidNetworkConfig, "ipam.subnet is missing in the network configuration");

    private static void RequireAttachment(CniCall call)
    {
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)[("CNI_CONTAINERID", call.ContainerId), ("CNI_NETNS", call.NetNs), ("CNI_IFNAME", call.IfName)])
        {
            if (value.Length == 0) { throw new CniException(CniErrors.InvalidEnvironment, $"environment variable {name} is missing"); }
        }
    }

    private static string? First(string one, string other) => one.Length > 0 ? one : other.Length > 0 ? other : null;
}
