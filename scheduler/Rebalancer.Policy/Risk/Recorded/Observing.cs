using System.Collections.Immutable;
using Rebalancer.Policy.Risk.Baseline;

namespace Rebalancer.Policy.Risk.Recorded;

/// <summary>Walks through the traces of a set as time passed, so that a situation holds nothing that came after it.</summary>
public static class Observing
{
    /// <summary>The recent record forgets by 1/e in these hours: losses of a pool come in bouts of some hours.</summary>
    public const double RecentHours = 3;

    /// <summary>Demand for machines has its hours: by so much a time of another day may differ and count as the same.</summary>
    public const double SameTimeHours = 1.5;

    /// <summary>Availability is counted over these hours: a day, so that every hour of it is in.</summary>
    public const double WindowHours = 24;

    /// <param name="traces">Pools that were recorded over the same time.</param>
    /// <param name="horizonHours">Over which losses count, &gt; 0.</param>
    public static ImmutableArray<PoolRecording> Observe(IReadOnlyList<PoolTrace> traces, double horizonHours)
    {
        var loads = traces.Select(Load).ToList();
        return [.. traces.Select((trace, i) => new PoolRecording(trace, horizonHours, Walk(trace, horizonHours, tick => PeerLoad(traces, loads, i, tick))))];
    }

    private static ImmutableArray<Observation> Walk(PoolTrace trace, double horizonHours, Func<int, double> peerLoad)
    {
        var observations = ImmutableArray.CreateBuilder<Observation>();
        var horizon = trace.Ticks(horizonHours);
        var lossesUpTo = LossesUpTo(trace);
        var records = new RecordKeeper(trace.GapHours);
        var days = new DailyRecord(trace, horizon, tick => LostWithin(lossesUpTo, tick, horizon));
        var window = new RecentWindow(trace, trace.Ticks(WindowHours));
        var heldTicks = 0;
        for (var tick = 0; tick < trace.Running.Length; tick++)
        {
            window.Enter(tick);
            var past = tick - horizon;
            records.Step(past >= 0 && trace.IsFull(past) ? LostWithin(lossesUpTo, past, horizon) : null);
            heldTicks = tick > 0 && trace.IsFull(tick) && trace.IsFull(tick - 1) ? heldTicks + 1 : 0;
            if (trace.IsFull(tick) && tick + horizon < trace.Running.Length)
            {
                var situation = new PoolSituation(heldTicks * trace.GapHours, records.Ever, days.SameTime(tick), records.Recent, window.AvailableShare, peerLoad(tick));
                observations.Add(new Observation(tick, tick + horizon, situation, LostWithin(lossesUpTo, tick, horizon)));
            }
        }

        return observations.ToImmutable();
    }

    private static bool LostWithin(int[] lossesUpTo, int tick, int horizon) => lossesUpTo[tick + horizon] > lossesUpTo[tick];

    private static int[] LossesUpTo(PoolTrace trace)
    {
        var sums = new int[trace.Running.Length];
        for (var tick = 1; tick < sums.Length; tick++) { sums[tick] = sums[tick - 1] + (trace.IsLoss(tick) ? 1 : 0); }
        return sums;
    }

    private static double[] Load(PoolTrace trace)
    {
        var kept = PeerBoost.Kept(trace.GapHours);
        var load = new double[trace.Running.Length];
        for (var tick = 1; tick < load.Length; tick++) { load[tick] = (load[tick - 1] * kept) + (trace.IsLoss(tick) ? 1 : 0); }
        return load;
    }

    private static double PeerLoad(IReadOnlyList<PoolTrace> traces, List<double[]> loads, int pool, int tick)
    {
        var sum = 0.0;
        for (var i = 0; i < traces.Count; i++)
        {
            var there = (int)(tick * traces[pool].GapSeconds / traces[i].GapSeconds);
            if (traces[i].IsPeerOf(traces[pool]) && there < loads[i].Length) { sum += loads[i][there]; }
        }

        return sum;
    }
}
