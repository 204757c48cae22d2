using k8s.Autorest;
using Rebalancer.Agent.Local;
using Rebalancer.Agent.Local.Netlink;
using Rebalancer.Agent.Local.TcpRepair;
using Rebalancer.Agent.Moves;
using Rebalancer.Agent.Network.Addresses;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Network;

internal sealed partial class NodeNetwork(PodShields shields, CniAnswers cni, ILogger<NodeNetwork> log) : INodeNetwork
{
    public Task<PodNetwork> DescribeAsync(int initPid, CancellationToken cancellation) =>
        Task.Run(() => PodDescriber.Describe(initPid, shields.HostNetns), cancellation);

    public IPodShield Shield(string netnsPath, string ifName)
    {
        try
        {
            return shields.Get(netnsPath, ifName);
        }
        catch (LinuxException e)
        {
            throw new NetworkUnsupportedException($"no shield for interface '{ifName}' of {netnsPath}: {e.Message}", e);
        }
    }

    public async Task<LocalReply> CniAsync(LocalRequest request, CancellationToken cancellation)
    {
        try
        {
            return request.Op switch
            {
                LocalOps.CniAdd => await cni.AddAsync(request, cancellation),
                LocalOps.CniDel => await cni.DeleteAsync(request, cancellation),
                LocalOps.CniCheck => await cni.CheckAsync(request, cancellation),
                _ => throw new AddressException(AddressReasons.InvalidRequest, $"CNI request: op '{request.Op}' is unknown"),
            };
        }
        catch (Exception e) when (ReasonOf(e) is not null)
        {
            Refused(log, request.Op, request.PodNamespace, request.PodName, request.PodUid, ReasonOf(e)!, e.Message);
            return new LocalReply { Action = LocalActions.Fail, Reason = ReasonOf(e)!, Message = e.Message };
        }
    }

    public int UndoTcpRepair(IReadOnlyCollection<int> pids) => TcpRepairUndo.Undo(pids);

    private static string? ReasonOf(Exception e) => e switch
    {
        AddressException address => address.Reason,
        ClaimException claim => claim.Reason,
        NetworkUnsupportedException or LinuxException => Reasons.NetworkUnsupported,
        HttpOperationException or HttpRequestException or TimeoutException => AddressReasons.ApiUnavailable,
        _ => null,
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Op} of pod {Namespace}/{Pod} (UID {PodUid}) refused: {Reason}: {Message}")]
    private static partial void Refused(ILogger log, string op, string @namespace, string pod, string podUid, string reason, string message);
}
