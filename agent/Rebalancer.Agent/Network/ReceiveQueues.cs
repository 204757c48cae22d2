using Rebalancer.Agent.Local.Netlink;
using Rebalancer.Agent.Local.TcpRepair;
using Rebalancer.Agent.Preflight;

namespace Rebalancer.Agent.Network;

/// <summary>
/// What a pod's TCP connections have received and its processes have not read yet. Asked of the sockets themselves: /proc/net/tcp is a walk through the table
/// of all connections of the node, 5 ms for each of the two families at its usual size.
/// </summary>
internal sealed class ReceiveQueues(ProcFolder proc, TimeProvider clock)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// Waits until all has been read and no process that has connections is at work, with an answer in hand, or the limit is over. Meant for a pod whose
    /// ingress is closed.
    /// </summary>
    /// <param name="pids">Its processes.</param>
    /// <param name="limit">The longest wait: a process that is busy with something else must not keep the freeze waiting, and neither must many connections.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>Whether nothing was left, and nobody at work.</returns>
    public async Task<bool> DrainAsync(IEnumerable<int> pids, TimeSpan limit, CancellationToken cancellation)
    {
        var start = clock.GetTimestamp();
        var waiting = new List<Descriptor>();
        var connected = new List<int>();
        try
        {
            var isWhole = TakeWaiting(pids, waiting, connected, () => clock.GetElapsedTime(start) >= limit);
            while (waiting.Exists(TcpReceiveQueue.HasMore) || connected.Exists(proc.IsRunning))
            {
                if (clock.GetElapsedTime(start) >= limit) { return false; }
                await Task.Delay(Pause, clock, cancellation);
            }
            return isWhole;
        }
        finally
        {
            waiting.ForEach(each => each.Dispose());
        }
    }

    /// <summary>Only those with something to read stay in hand: a connection that its process closes must end.</summary>
    /// <returns>False: there were too many to look at all.</returns>
    private static bool TakeWaiting(IEnumerable<int> pids, List<Descriptor> waiting, List<int> connected, Func<bool> isOver)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var pid in pids)
        {
            try
            {
                foreach (var socket in ProcessSockets.Take(pid, seen))
                {
                    var isOfTcp = TcpReceiveQueue.IsOfTcp(socket);
                    if (isOfTcp && connected.LastOrDefault() != pid) { connected.Add(pid); }
                    if (isOfTcp && TcpReceiveQueue.HasMore(socket)) { waiting.Add(socket); }
                    else { socket.Dispose(); }
                    if (isOver()) { return false; }
                }
            }
            catch (LinuxException)
            {
                // It has ended since, and its connections with it.
            }
        }
        return true;
    }
}
