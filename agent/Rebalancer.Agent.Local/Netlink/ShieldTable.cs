namespace Rebalancer.Agent.Local.Netlink;

/// <summary>
/// The nf_tables table `rebalancer` that closes one interface of one network namespace. It lives in the kernel: it outlasts the process that made it,
/// and ends with the namespace. Where the kernel has no egress hook (before Linux 5.16) tables of the families inet and arp take its place;
/// those close the whole namespace but for packet sockets.
/// </summary>
public sealed class ShieldTable : IDisposable
{
    public const string Name = "rebalancer";

    private const string In = "in";
    private const string Out = "out";
    // What the pod sends to itself: a container's answer must not reach a socket that was dumped already, or that is not restored yet.
    private const string Loop = "loop";
    private const string LoopInterface = "lo";

    // Before conntrack and before everybody else's rules.
    private const int Priority = -500;

    private readonly NetlinkSocket _socket;
    private readonly string _ifName;
    private uint _sequence;

    private ShieldTable(string ifName, bool netdevHooks)
    {
        _socket = new NetlinkSocket(NetlinkSocket.Netfilter);
        _ifName = ifName;
        UsesNetdevHooks = netdevHooks;
    }

    /// <summary>Whether this kernel closes one interface (netdev hooks) or has to close all of the namespace's IP and ARP traffic. Found out at the first closing.</summary>
    public bool UsesNetdevHooks { get; private set; }

    /// <summary>Prepares the shield of an interface; changes nothing. Later calls may come from any thread, one at a time.</summary>
    /// <param name="netnsPath">/run/netns/... or /proc/PID/ns/net.</param>
    /// <param name="ifName">Interface in that namespace.</param>
    /// <param name="netdevHooks">What <see cref="Probe"/> answered; true where nobody asked.</param>
    /// <exception cref="LinuxException">The namespace (<see cref="Errno.NoEntry"/>) or the interface (<see cref="Errno.NoDevice"/>) is not there.</exception>
    public static ShieldTable Of(string netnsPath, string ifName, bool netdevHooks = true) =>
        NetNamespace.Run(netnsPath, () =>
        {
            // Kernels since 6.16 accept a hook on an interface that does not exist yet; such a shield would close nothing.
            NetNamespace.RequireInterface(ifName);
            return new ShieldTable(ifName, netdevHooks);
        });

    /// <summary>
    /// Closes and opens a shield in a network namespace of its own and answers whether this kernel has netdev hooks. Also pays, before a pod is frozen,
    /// for what only the first time costs: compiling this code, and the kernel patching its hooks in (12 ms measured; later closings 0.25 ms).
    /// </summary>
    public static bool Probe() => NetNamespace.RunInNew(() =>
    {
        using var table = new ShieldTable("lo", netdevHooks: true);
        table.Close();
        table.OpenEgress();
        table.OpenIngress();
        table.Remove();
        return table.UsesNetdevHooks;
    });

    /// <summary>Removes the table, whoever made it. Returns false if there was none.</summary>
    /// <exception cref="LinuxException">The namespace is gone (<see cref="Errno.NoEntry"/>), or the kernel refused.</exception>
    public static bool Remove(string netnsPath)
    {
        using var table = NetNamespace.Run(netnsPath, () => new ShieldTable("*", netdevHooks: true));
        return table.Remove();
    }

    /// <summary>Both directions drop when this returns, and what the pod sends to itself. Idempotent.</summary>
    public void Close() => Close(withEgress: true);

    /// <summary>Frames towards the pod drop when this returns; what it sends still leaves. Idempotent.</summary>
    public void CloseIngress() => Close(withEgress: false);

    /// <summary>Lets the pod send, to others and to itself. Returns false if that was so already.</summary>
    public bool OpenEgress() => Open(Out, Loop);

    /// <summary>Lets frames in. Returns false if that was so already.</summary>
    public bool OpenIngress() => Open(In);

    /// <summary>
    /// Opens both directions at once, then takes the table away. Returns false if there was nothing.
    /// </summary>
    public bool Remove()
    {
        var chains = NftChainList.Read(_socket, ++_sequence);
        Open(chains);
        var families = NftChainList.ReadTables(_socket, ++_sequence);
        Execute("remove", families, (batch, family) => batch.DeleteTable(family));
        return families.Count > 0;
    }

    /// <summary>What the namespace has now, whoever made it.</summary>
    public ShieldState Read()
    {
        var dropping = NftChainList.Read(_socket, ++_sequence).Where(c => c.Drops).ToList();
        return new ShieldState(dropping.Exists(c => c.Name == In), dropping.Exists(c => c.Name == Out));
    }

    public void Dispose() => _socket.Dispose();

    private void Close(bool withEgress)
    {
        if (UsesNetdevHooks)
        {
            try
            {
                Execute("close", b => AddChains(b.Table(NftFamily.Netdev), NftFamily.Netdev, (NftHook.NetdevIngress, NftHook.NetdevEgress), _ifName, withEgress));
                return;
            }
            catch (LinuxException e) when (e.Errno is Errno.NotSupported or Errno.Invalid)
            {
                UsesNetdevHooks = false;
            }
        }

        Execute("close", b =>
        {
            AddChains(b.Table(NftFamily.Inet), NftFamily.Inet, (NftHook.InetPrerouting, NftHook.InetOutput), "", withEgress);
            AddChains(b.Table(NftFamily.Arp), NftFamily.Arp, (NftHook.ArpIn, NftHook.ArpOut), "", withEgress);
        });
    }

    private static void AddChains(NftBatch batch, NftFamily family, (int In, int Out) hooks, string ifName, bool withEgress)
    {
        batch.Chain(family, In, hooks.In, Priority, ifName);
        if (!withEgress)
        {
            return;
        }

        batch.Chain(family, Out, hooks.Out, Priority, ifName);
        if (family == NftFamily.Netdev)
        {
            // Received there rather than sent: the sender's congestion window stays as it is. The other families close the whole namespace anyway.
            batch.Chain(family, Loop, hooks.In, Priority, LoopInterface);
        }
    }

    private bool Open(params string[] chains) => Open(NftChainList.Read(_socket, ++_sequence).Where(c => chains.Contains(c.Name)).ToList());

    private bool Open(IReadOnlyCollection<NftChain> chains)
    {
        // Only what is there is named, as a transaction that fails costs tens of milliseconds.
        var closed = chains.Where(c => c.Drops).ToList();
        Execute("open", closed, (batch, chain) => batch.Accepting(chain.Family, chain.Name));
        return closed.Count > 0;
    }

    private void Execute<T>(string verb, IReadOnlyCollection<T> objects, Action<NftBatch, T> add)
    {
        if (objects.Count > 0)
        {
            Execute(verb, batch =>
            {
                foreach (var item in objects)
                {
                    add(batch, item);
                }
            });
        }
    }

    private void Execute(string verb, Action<NftBatch> fill)
    {
        var batch = new NftBatch(++_sequence);
        fill(batch);
        _sequence = batch.Finish();
        _socket.Execute(batch.Messages, batch.Acks, $"{verb} the shield on '{_ifName}'");
    }
}

/// <summary>Which directions of a namespace's shield drop.</summary>
public readonly record struct ShieldState(bool IngressClosed, bool EgressClosed);
