using System.Globalization;
using Rebalancer.Agent.Preflight;

namespace Rebalancer.Agent.Network;

/// <summary>What a pod's established TCP connections have received and its processes have not read yet.</summary>
internal sealed class ReceiveQueues(ProcFolder proc, TimeProvider clock)
{
    private const string Established = "01";
    private const int StateColumn = 3, QueuesColumn = 4;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    /// <summary>Waits until all has been read, or the limit is over. Meant for a pod whose ingress is closed.</summary>
    /// <param name="pid">A process in the pod's network namespace.</param>
    /// <param name="limit">The longest wait: a process that is busy with something else must not keep the freeze waiting.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>Whether nothing was left.</returns>
    public async Task<bool> DrainAsync(int pid, TimeSpan limit, CancellationToken cancellation)
    {
        var start = clock.GetTimestamp();
        while (true)
        {
            if (!Waiting(pid, "net/tcp") && !Waiting(pid, "net/tcp6")) { return true; }
            if (clock.GetElapsedTime(start) >= limit) { return false; }
            await Task.Delay(Pause, clock, cancellation);
        }
    }

    /// <summary>Lines of proc_net_tcp(5): "sl local rem st tx_queue:rx_queue ...".</summary>
    private bool Waiting(int pid, string table) => proc.Lines(pid, table).Any(line =>
        line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: > QueuesColumn } columns
        && columns[StateColumn] == Established
        && columns[QueuesColumn].Split(':') is [_, var received]
        && uint.TryParse(received, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var bytes) && bytes > 0);
}
