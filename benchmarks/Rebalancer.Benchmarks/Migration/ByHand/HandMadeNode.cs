using Rebalancer.Benchmarks.Migration.Measuring;
using Rebalancer.Lab.Network;
using Rebalancer.Lab.Nodes;

namespace Rebalancer.Benchmarks.Migration.ByHand;

/// <summary>
/// What a careful user makes ready on a node before moving a container by hand: a network namespace with the container's address and MAC on the
/// node's bridge, shut by nftables so that nothing is answered by a RST while the container is elsewhere; folders on tmpfs; a shell and a carrier that wait.
/// </summary>
internal sealed class HandMadeNode : IAsyncDisposable
{
    public const string Address = "10.88.200.2";
    public const string NetworkNamespace = "/run/netns/pod";
    public const string Folder = "/run/bench";

    /// <summary>What is sent from here.</summary>
    public const string Out = Folder + "/out";

    /// <summary>What arrives here.</summary>
    public const string In = Folder + "/in";

    private const string Mac = "02:88:00:00:02:01";
    private static readonly TimeSpan StepLimit = TimeSpan.FromMinutes(1);
    private readonly NodeShell shell;

    private HandMadeNode(LabNode node, NodeShell shell, FileCarrier carrier)
    {
        Node = node;
        Carrier = carrier;
        this.shell = shell;
    }

    public LabNode Node { get; }

    public FileCarrier Carrier { get; }

    /// <summary>For the end of a script: lets the container's frames through and tells the network where the address is now.</summary>
    public static string Open => $$"""
        nft delete element bridge bench closed '{ vpod }'
        nsenter --net={{NetworkNamespace}} busybox arping -q -U -c 1 -w 1 -I eth0 {{Address}} >/dev/null 2>&1 &
        """;

    public static string Shut => "nft add element bridge bench closed '{ vpod }'";

    public static async Task<HandMadeNode> StartAsync(LabNode node, CpuMeter meter, CancellationToken cancel)
    {
        var shell = NodeShell.Start(node, meter);
        await shell.RunAsync(
            $$"""
            mkdir -p {{Out}} {{In}} {{Folder}}/work /etc/criu
            echo network-lock skip >/etc/criu/runc.conf
            cp /etc/criu/runc.conf /etc/criu/crun.conf
            ip netns add pod
            ip link add vpod type veth peer name eth0 netns pod address {{Mac}}
            ip -n pod link set lo up
            ip -n pod addr add {{Address}}/{{Addresses.PrefixLength}} dev eth0
            ip -n pod link set eth0 up
            ip -n pod route add default via {{Addresses.Gateway}}
            nft -f - <<'RULES'
            table bridge bench {
              set closed { type ifname; elements = { "vpod" }; }
              chain input { type filter hook input priority 0; iifname @closed drop; }
              chain output { type filter hook output priority 0; oifname @closed drop; }
              chain forward { type filter hook forward priority 0; iifname @closed drop; oifname @closed drop; }
            }
            RULES
            ip link set vpod master br0 up
            """,
            StepLimit,
            cancel);
        return new HandMadeNode(node, shell, await FileCarrier.StartAsync(node, In, meter, cancel));
    }

    public Task<string> RunAsync(string script, CancellationToken cancel, TimeSpan? limit = null) => shell.RunAsync(script, limit ?? StepLimit, cancel);

    public async ValueTask DisposeAsync()
    {
        await Carrier.DisposeAsync();
        await shell.DisposeAsync();
    }
}
