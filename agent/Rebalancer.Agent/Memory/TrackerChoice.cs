using System.ComponentModel;
using Microsoft.Extensions.Logging;
using Rebalancer.Agent.Local;
using Rebalancer.Agent.Local.Netlink;
using Rebalancer.Agent.Preflight;

namespace Rebalancer.Agent.Memory;

/// <param name="Kind">Null: CRIU carries the memory.</param>
/// <param name="Reason">Why none that would be better; empty where the best is.</param>
internal readonly record struct ChosenTracker(TrackerKind? Kind, string Reason);

/// <summary>Which tracker this node uses: the first of <see cref="TrackerKind.InOrder"/> that passes the probe, or none but the one that the agent was started for. Found at the first move.</summary>
internal sealed class TrackerChoice(AgentOptions options, TimeProvider clock, ILogger<TrackerChoice> log) : IDisposable
{
    private readonly SemaphoreSlim turn = new(1);
    private ChosenTracker? found;

    public async Task<ChosenTracker> GetAsync(CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            if (found is { } known) { return known; }
            var chosen = await ChooseAsync([.. TrackerKind.InOrder.Where(kind => options.Tracker is null || kind.Name == options.Tracker)], kind => FindObstacleAsync(kind, NodePaths.RuncWrapper, clock, cancellation));
            log.LogInformation("Written pages are told by {Tracker}. {Reason}", chosen.Kind?.Name ?? "none", chosen.Reason);
            // What kept a better one away may have been a moment's trouble; where there is none at all, the next move asks again.
            if (chosen.Kind is not null) { found = chosen; }
            return chosen;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>The order of the kinds decides, and every one that is passed over says why.</summary>
    public static async Task<ChosenTracker> ChooseAsync(IReadOnlyList<TrackerKind> kinds, Func<TrackerKind, Task<string?>> findObstacle)
    {
        var reasons = new List<string>();
        foreach (var kind in kinds)
        {
            if (await findObstacle(kind) is not { } obstacle) { return new ChosenTracker(kind, string.Join("; ", reasons)); }
            reasons.Add($"not {kind.Name}: {obstacle}");
        }
        return new ChosenTracker(null, string.Join("; ", reasons));
    }

    /// <param name="kind">Tried on a process of its own.</param>
    /// <param name="program">rebalancer-runc.</param>
    /// <param name="clock">For its limits.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <returns>Null: it works here.</returns>
    public static async Task<string?> FindObstacleAsync(TrackerKind kind, string program, TimeProvider clock, CancellationToken cancellation)
    {
        if (kind.Obstacle() is { } obstacle) { return obstacle; }
        try
        {
            using var target = await ProbeProcess.StartAsync(program, cancellation);
            using var tracker = kind.Attach(target.Pid, clock);
            return await TrackerProbe.FindFaultAsync(tracker, target, cancellation);
        }
        catch (Exception e) when (e is LinuxException or MoveException or Win32Exception or IOException)
        {
            return e.Message;
        }
    }

    public void Dispose() => turn.Dispose();
}
