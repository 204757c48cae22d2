using System.Buffers.Binary;

namespace Rebalancer.Agent.Local.Netlink;

/// <summary>One chain of a table `rebalancer`.</summary>
internal readonly record struct NftChain(NftFamily Family, string Name, bool Drops);

/// <summary>Reads what tables and chains of ours a namespace has. A dump, thus no transaction and no waiting.</summary>
internal static class NftChainList
{
    private const int GetTable = (10 << 8) | 1;
    private const int GetChain = (10 << 8) | 4;
    private const int TableNameOfTable = 1;
    private const int TableNameOfChain = 1;
    private const int ChainName = 3;
    private const int ChainPolicy = 5;
    private const int Drop = 0;
    private const int FamilyHeaderBytes = 4;

    public static IReadOnlyCollection<NftChain> Read(NetlinkSocket socket, uint sequence)
    {
        var found = new List<NftChain>();
        socket.Query(Dump(GetChain, sequence), "list nf_tables chains", (_, body) =>
        {
            var attributes = body[FamilyHeaderBytes..];
            if (NetlinkReader.Text(attributes, TableNameOfChain) == ShieldTable.Name)
            {
                var policy = NetlinkReader.Find(attributes, ChainPolicy);
                var drops = policy.Length == 4 && BinaryPrimitives.ReadInt32BigEndian(policy) == Drop;
                found.Add(new NftChain((NftFamily)body[0], NetlinkReader.Text(attributes, ChainName), drops));
            }
        });
        return found;
    }

    public static IReadOnlyCollection<NftFamily> ReadTables(NetlinkSocket socket, uint sequence)
    {
        var found = new List<NftFamily>();
        socket.Query(Dump(GetTable, sequence), "list nf_tables tables", (_, body) =>
        {
            if (NetlinkReader.Text(body[FamilyHeaderBytes..], TableNameOfTable) == ShieldTable.Name)
            {
                found.Add((NftFamily)body[0]);
            }
        });
        return found;
    }

    private static NetlinkWriter Dump(int type, uint sequence) =>
        new NetlinkWriter().Begin(type, NetlinkSocket.Request | NetlinkSocket.Dump, sequence).Bytes([0, 0, 0, 0]).End();
}
