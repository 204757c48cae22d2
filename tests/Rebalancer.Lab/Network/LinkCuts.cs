using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Network;

/// <summary>Which traffic a cut takes away.</summary>
public enum CutTraffic
{
    /// <summary>Everything, pods' frames included.</summary>
    All,

    /// <summary>Only the connections between the agents; pods and their clients notice nothing.</summary>
    Agents,
}

/// <summary>Cuts between nodes, and between a node and the lab's root (where the API server is): frames dropped on the fabric's bridge.</summary>
internal static class LinkCuts
{
    private const string Table = "rebalancer-lab";

    public static Task CreateAsync(CancellationToken cancel) => NftAsync(
        $"""
        table bridge {Table}
        delete table bridge {Table}
        table bridge {Table} {"{"}
          chain forward {"{"} type filter hook forward priority 0; policy accept; {"}"}
          chain input {"{"} type filter hook input priority 0; policy accept; {"}"}
          chain output {"{"} type filter hook output priority 0; policy accept; {"}"}
        {"}"}
        """,
        cancel);

    /// <summary>Between two nodes, both directions.</summary>
    public static async Task CutAsync(string one, string other, CutTraffic traffic, CancellationToken cancel)
    {
        string[] filters = traffic == CutTraffic.All ? [""] : [Ports("dport"), Ports("sport")];
        (string From, string To)[] ways = [(one, other), (other, one)];
        var rules = filters.SelectMany(filter => ways.Select(way =>
            $"forward iifname \"{Fabric.Cable(way.From)}\" oifname \"{Fabric.Cable(way.To)}\" {filter}drop comment \"{Comment(one, other)}\""));
        await AddAsync(rules, cancel);
    }

    private static string Ports(string side) => $"ip protocol tcp tcp {side} {"{"} {Addresses.AgentPort}, {Addresses.ImagesPort} {"}"} ";

    /// <summary>Between a node's own programs and the API server; its pods still reach the lab's root.</summary>
    public static Task CutApiAsync(string node, string nodeAddress, CancellationToken cancel) => AddAsync(
        [
            $"input iifname \"{Fabric.Cable(node)}\" ip saddr {nodeAddress} drop comment \"{Comment(node, "api")}\"",
            $"output oifname \"{Fabric.Cable(node)}\" ip daddr {nodeAddress} drop comment \"{Comment(node, "api")}\"",
        ],
        cancel);

    public static Task HealAsync(string one, string other, CancellationToken cancel) => RemoveAsync(Comment(one, other), cancel);

    public static Task HealApiAsync(string node, CancellationToken cancel) => RemoveAsync(Comment(node, "api"), cancel);

    private static string Comment(string one, string other) => "cut " + string.Join(' ', new[] { one, other }.Order(StringComparer.Ordinal));

    private static Task AddAsync(IEnumerable<string> rules, CancellationToken cancel) =>
        NftAsync(string.Join('\n', rules.Select(rule => $"add rule bridge {Table} {rule}")), cancel);

    private static async Task RemoveAsync(string comment, CancellationToken cancel)
    {
        var listed = await Command.CheckedAsync(["nft", "--handle", "list", "table", "bridge", Table], cancel);
        var chain = "";
        var deletions = new List<string>();
        foreach (var line in listed.Split('\n', StringSplitOptions.TrimEntries))
        {
            chain = line.StartsWith("chain ", StringComparison.Ordinal) ? line.Split(' ')[1] : chain;
            if (line.Contains($"comment \"{comment}\"", StringComparison.Ordinal))
            {
                deletions.Add($"delete rule bridge {Table} {chain} handle {line.Split(' ')[^1]}");
            }
        }

        await NftAsync(string.Join('\n', deletions), cancel);
    }

    private static async Task NftAsync(string script, CancellationToken cancel) => await Command.CheckedAsync(["nft", "-f", "-"], cancel, script + "\n");
}
