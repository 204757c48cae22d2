namespace Rebalancer.Agent.Local.Netlink;

internal enum NftFamily : byte
{
    Inet = 1,
    Arp = 3,
    Netdev = 5,
}

/// <summary>Hook numbers; each family counts its own.</summary>
internal static class NftHook
{
    public const int NetdevIngress = 0;
    public const int NetdevEgress = 1;
    public const int InetPrerouting = 0;
    public const int InetOutput = 3;
    public const int ArpIn = 0;
    public const int ArpOut = 1;
}

/// <summary>One transaction of nf_tables (linux/netfilter/nf_tables.h): all of it applies, or nothing.</summary>
internal sealed class NftBatch
{
    private const int BatchBegin = 0x10;
    private const int BatchEnd = 0x11;
    private const int Subsystem = 10;
    private const int NewTable = Subsystem << 8;
    private const int DelTable = (Subsystem << 8) | 2;
    private const int NewChain = (Subsystem << 8) | 3;
    private const int Drop = 0;
    private const int Accept = 1;

    private uint _sequence;

    public NftBatch(uint sequence)
    {
        _sequence = sequence;
        Messages.Begin(BatchBegin, NetlinkSocket.Request, _sequence++).Bytes([0, 0, 0, Subsystem]).End();
    }

    public NetlinkWriter Messages { get; } = new();

    public int Acks { get; private set; }

    /// <summary>Makes the table `rebalancer` unless it is there.</summary>
    public NftBatch Table(NftFamily family)
    {
        Message(NewTable, NetlinkSocket.Create, family).Text(1, ShieldTable.Name).End();
        return this;
    }

    /// <summary>Makes a base chain without rules whose policy drops, or gives the one that is there this policy.</summary>
    public NftBatch Chain(NftFamily family, string name, int hook, int priority, string ifName)
    {
        Message(NewChain, NetlinkSocket.Create, family)
            .Text(1, ShieldTable.Name)
            .Text(3, name)
            .Nest(4, h =>
            {
                h.BigEndian(1, hook).BigEndian(2, priority);
                if (ifName.Length > 0)
                {
                    h.Text(3, ifName);
                }
            })
            .BigEndian(5, Drop)
            .Text(7, "filter")
            .End();
        return this;
    }

    /// <summary>Lets a base chain that is there accept. Deleting it instead would wait for a grace period of RCU, some 10 to 30 ms.</summary>
    public NftBatch Accepting(NftFamily family, string name)
    {
        Message(NewChain, 0, family).Text(1, ShieldTable.Name).Text(3, name).BigEndian(5, Accept).End();
        return this;
    }

    public NftBatch DeleteTable(NftFamily family)
    {
        Message(DelTable, 0, family).Text(1, ShieldTable.Name).End();
        return this;
    }

    /// <summary>Ends the batch; answers the last sequence number used.</summary>
    public uint Finish()
    {
        Messages.Begin(BatchEnd, NetlinkSocket.Request, _sequence).Bytes([0, 0, 0, Subsystem]).End();
        return _sequence;
    }

    private NetlinkWriter Message(int type, int flags, NftFamily family)
    {
        Acks++;
        return Messages.Begin(type, NetlinkSocket.Request | NetlinkSocket.Ack | flags, _sequence++).Bytes([(byte)family, 0, 0, 0]);
    }
}
