using System.Buffers.Binary;
using System.Globalization;
using Rebalancer.Agent.Local.Netlink;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Preflight;

/// <summary>Finds unix sockets that are connected to a process outside their container: each container is dumped by a CRIU of its own, which cannot carry half of a connection.</summary>
internal sealed class UnixSockets(ProcFolder proc)
{
    private const int SockDiag = 4, SockDiagByFamily = 20, AfUnix = 1, ShowPeer = 4, PeerAttribute = 2, MessageBytes = 16;
    private const string SocketLink = "socket:[";

    /// <param name="containers">The pod's containers, with their processes.</param>
    public Refusal? Check(IReadOnlyList<(RuncState State, IReadOnlyList<int> Pids)> containers)
    {
        var owners = new Dictionary<uint, string>();
        foreach (var (state, pids) in containers)
        {
            foreach (var inode in pids.SelectMany(SocketsOf)) { owners.TryAdd(inode, state.ContainerName); }
        }
        return UnixPeers.Find(Peers(proc.PathOf(containers[0].State.InitPid, "ns/net")), owners);
    }

    private IEnumerable<uint> SocketsOf(int pid)
    {
        foreach (var (_, target) in proc.Descriptors(pid))
        {
            if (target.StartsWith(SocketLink, StringComparison.Ordinal) && uint.TryParse(target.AsSpan(SocketLink.Length, target.Length - SocketLink.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var inode)) { yield return inode; }
        }
    }

    /// <summary>Inodes of all unix sockets of the network namespace, with that of the other end; 0 where there is none.</summary>
    private static Dictionary<uint, uint> Peers(string netnsPath)
    {
        try
        {
            using var socket = NetNamespace.Run(netnsPath, () => new NetlinkSocket(SockDiag));
            var peers = new Dictionary<uint, uint>();
            socket.Query(Request(), "list unix sockets", (_, body) =>
            {
                if (body.Length >= MessageBytes) { peers[BinaryPrimitives.ReadUInt32LittleEndian(body[4..])] = NetlinkReader.Number(body[MessageBytes..], PeerAttribute) ?? 0; }
            });
            return peers;
        }
        catch (LinuxException)
        {
            // A kernel that does not tell (no unix_diag): CRIU, which needs to know too, names the cause then.
            return [];
        }
    }

    /// <summary>struct unix_diag_req of linux/unix_diag.h: sockets in every state, with their peers.</summary>
    private static NetlinkWriter Request()
    {
        Span<byte> body = stackalloc byte[24];
        body.Clear();
        body[0] = AfUnix;
        BinaryPrimitives.WriteUInt32LittleEndian(body[4..], uint.MaxValue);
        BinaryPrimitives.WriteUInt32LittleEndian(body[12..], ShowPeer);
        return new NetlinkWriter().Begin(SockDiagByFamily, NetlinkSocket.Request | NetlinkSocket.Dump, 1).Bytes(body).End();
    }
}

/// <summary>Whose is the other end? Pure.</summary>
internal static class UnixPeers
{
    /// <param name="peers">Every socket of the pod's network namespace with its other end; 0: none.</param>
    /// <param name="owners">Sockets that the containers' processes have open, with the container's name.</param>
    public static Refusal? Find(IReadOnlyDictionary<uint, uint> peers, IReadOnlyDictionary<uint, string> owners)
    {
        foreach (var (socket, peer) in peers)
        {
            if (peer == 0 || !owners.TryGetValue(socket, out var owner)) { continue; }
            if (owners.TryGetValue(peer, out var other))
            {
                if (other != owner) { return new(Reasons.ExternalSocket, $"container {owner} is connected to container {other} by a unix socket (inodes {socket} and {peer}), which no checkpoint carries"); }
            }
            else if (!peers.ContainsKey(peer))
            {
                return new(Reasons.ExternalSocket, $"container {owner} is connected by a unix socket (inode {socket}) to a process outside the pod (inode {peer})");
            }
            // Nobody's, but of this pod: not accepted yet. CRIU carries it where the listener is the same container's.
        }
        return null;
    }
}
