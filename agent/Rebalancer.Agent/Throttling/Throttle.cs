using Microsoft.Extensions.Logging;
using Rebalancer.Agent.Preflight;

namespace Rebalancer.Agent.Throttling;

/// <summary>
/// Slows the containers of one pod down by their CPU quota, to a share of the CPU that they used before, and puts the quotas back. Safe for concurrent use:
/// once they were put back for good, a step that comes late changes nothing.
/// </summary>
internal sealed class Throttle(string migrationUid, QuotaRecords records, TimeProvider clock, ILogger log)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Pace> paces = new(StringComparer.Ordinal);
    private readonly Dictionary<string, QuotaRecord> changed = new(StringComparer.Ordinal);
    private long start;
    private bool isOver;

    /// <summary>Why no container can be slowed down; null if one can.</summary>
    public string? Obstacle { get; private set; } = "its CPU use is not known";

    /// <summary>Begins to measure what the containers use.</summary>
    public void Measure(IEnumerable<RuncState> containers)
    {
        start = clock.GetTimestamp();
        foreach (var each in containers)
        {
            if (CpuQuota.TryOpen(each.CpuCgroup, each.AccountingCgroup) is not { } quota) { Obstacle = $"container {each.ContainerName} has no CPU controller in its cgroup"; }
            else if (quota.Used() is not { } used) { Obstacle = $"nobody counts the CPU time of container {each.ContainerName}"; }
            else { paces[each.ContainerName] = new Pace(quota, used, null); }
        }
        if (paces.Count > 0) { Obstacle = null; }
    }

    /// <summary>Lets each of these containers use this share of what it used up to the first such call.</summary>
    /// <returns>False: it cannot be; <see cref="Obstacle"/> says why.</returns>
    public bool TrySlow(IEnumerable<string> containers, double share)
    {
        lock (gate)
        {
            if (isOver || Obstacle is not null) { return false; }
            try
            {
                Know();
                var steps = containers.Where(paces.ContainsKey).Select(name => Step(name, share)).ToList();
                if (steps.Count == 0) { Obstacle = "the containers that write have no CPU controller in their cgroups"; }
                records.Write(migrationUid, [.. changed.Values]);
                foreach (var (quota, value) in steps) { quota.Put(value); }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                Obstacle = $"its CPU quota cannot be changed: {e.Message}";
                log.LogWarning(e, "Migration {Uid}: the pod is not slowed down", migrationUid);
            }
            return Obstacle is null;
        }
    }

    /// <summary>Puts every quota back, for good. May be repeated.</summary>
    public void Undo()
    {
        lock (gate)
        {
            isOver = true;
            if (changed.Count > 0 && records.Undo(migrationUid)) { changed.Clear(); }
        }
    }

    private (CpuQuota Quota, string Value) Step(string name, double share)
    {
        var (quota, _, cpus) = paces[name];
        var record = changed.GetValueOrDefault(name) ?? new QuotaRecord(quota.Folder, quota.Value, []);
        var value = quota.Limited(record.Before, cpus!.Value * share);
        changed[name] = record with { Set = [.. record.Set, value] };
        return (quota, value);
    }

    /// <summary>Up to the first step they ran as fast as they wished.</summary>
    private void Know()
    {
        var span = clock.GetElapsedTime(start);
        foreach (var (name, pace) in paces.ToList())
        {
            if (pace.Cpus is null && span > TimeSpan.Zero && pace.Quota.Used() is { } used) { paces[name] = pace with { Cpus = (used - pace.UsedBefore) / span }; }
            else if (pace.Cpus is null) { paces.Remove(name); }
        }
    }

    /// <param name="Quota">Of one container.</param>
    /// <param name="UsedBefore">CPU time when the measurement began.</param>
    /// <param name="Cpus">What it used on average; null until the first step.</param>
    private sealed record Pace(CpuQuota Quota, TimeSpan UsedBefore, double? Cpus);
}
