namespace Rebalancer.Descheduler.Interruptions.Deadlines;

/// <summary>From when each node's moves, each node's link, and each pool's bandwidth are free, as planned so far.</summary>
internal sealed class DeadlineLanes(DeadlineCapacity capacity, DateTimeOffset now)
{
    private readonly Dictionary<string, DateTimeOffset[]> movesByNode = [];
    private readonly Dictionary<string, DateTimeOffset> linkByNode = [];
    private readonly Dictionary<string, DateTimeOffset[]> sendersByPool = [];

    /// <returns>When a move of this pod could begin, and when it could begin to send.</returns>
    public (DateTimeOffset Start, DateTimeOffset Send) Next(Leaver leaver)
    {
        var start = Moves(leaver).Min();
        var send = new[] { start, linkByNode.GetValueOrDefault(leaver.Node, now), Senders(leaver).Min() }.Max();
        return (start, send);
    }

    public void Take(Leaver leaver, DateTimeOffset sent, DateTimeOffset finish)
    {
        Put(Moves(leaver), finish);
        Put(Senders(leaver), sent);
        linkByNode[leaver.Node] = sent;
    }

    private static void Put(DateTimeOffset[] lanes, DateTimeOffset until) => lanes[Array.IndexOf(lanes, lanes.Min())] = until;

    private DateTimeOffset[] Moves(Leaver leaver) => Lanes(movesByNode, leaver.Node, capacity.MovesPerNode);

    private DateTimeOffset[] Senders(Leaver leaver) => Lanes(sendersByPool, leaver.Pool, capacity.SendersOf(leaver.BytesPerSecond));

    private DateTimeOffset[] Lanes(Dictionary<string, DateTimeOffset[]> all, string key, int count)
    {
        if (!all.TryGetValue(key, out var lanes))
        {
            all[key] = lanes = [.. Enumerable.Repeat(now, count)];
        }

        return lanes;
    }
}
