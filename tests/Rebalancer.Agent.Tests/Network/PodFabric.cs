using System.Net;
using System.Net.Sockets;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Tests.Network;

/// <summary>A node with a bridge, and pods on it as the bridge plugin makes them: a veth with eth0 in the pod.</summary>
internal sealed class PodFabric : IDisposable
{
    private readonly List<HeldNamespace> _pods = [];

    public PodFabric() => Node.Command("ip link add cni0 type bridge forward_delay 0");

    public HeldNamespace Node { get; } = new();

    /// <param name="address">"10.99.0.2".</param>
    public HeldNamespace AddPod(string address)
    {
        var pod = AddPodWithoutAddress();
        pod.Command($"ip address add {address}/24 dev eth0");
        pod.Command("ip link set eth0 up");
        return pod;
    }

    public HeldNamespace AddPodWithoutAddress()
    {
        var pod = new HeldNamespace();
        _pods.Add(pod);
        var host = $"veth{_pods.Count}";
        Node.Command($"ip link add {host} type veth peer name eth0 netns {pod.Pid}");
        Node.Command($"ip link set {host} master cni0 up");
        Node.Command("ip link set cni0 up");
        return pod;
    }

    /// <summary>A socket of the pod; it stays in the pod's network whoever uses it.</summary>
    public static Socket NewSocket(HeldNamespace pod, ProtocolType protocol = ProtocolType.Tcp) => NetNamespace.Run(pod.NetnsPath, () =>
        protocol == ProtocolType.Tcp
            ? new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }
            : new Socket(AddressFamily.InterNetwork, SocketType.Dgram, protocol));

    public static Socket Listen(HeldNamespace pod, int port)
    {
        var listener = NewSocket(pod);
        listener.Bind(new IPEndPoint(IPAddress.Any, port));
        listener.Listen(16);
        return listener;
    }

    public void Dispose()
    {
        _pods.ForEach(p => p.Dispose());
        Node.Dispose();
    }
}
