namespace Rebalancer.Benchmarks.Roadef;

/// <summary>
/// Cost and feasibility of an assignment, from the challenge's definition and from scratch. Shares no code with the search or its adapter, so that
/// an error there cannot hide itself.
/// </summary>
internal static class RoadefEvaluator
{
    public static RoadefCost Cost(RoadefInstance instance, int[] initial, int[] assignment)
    {
        var use = Use(instance, assignment);
        long load = 0, balance = 0, process = 0, machine = 0;
        checked
        {
            for (var m = 0; m < instance.Machines.Count; m++)
            {
                var on = instance.Machines[m];
                for (var r = 0; r < instance.Resources.Count; r++) { load += instance.Resources[r].LoadWeight * Math.Max(0, use[m][r] - on.SafetyCapacity[r]); }
                foreach (var b in instance.Balances)
                {
                    var free1 = on.Capacity[b.FirstResource] - use[m][b.FirstResource];
                    var free2 = on.Capacity[b.SecondResource] - use[m][b.SecondResource];
                    balance += b.Weight * Math.Max(0, b.Target * free1 - free2);
                }
            }
            var moved = new long[instance.Services.Count];
            for (var p = 0; p < assignment.Length; p++)
            {
                machine += instance.MachineMoveWeight * instance.Machines[initial[p]].MoveCosts[assignment[p]];
                if (assignment[p] == initial[p]) { continue; }
                process += instance.ProcessMoveWeight * instance.Processes[p].MoveCost;
                moved[instance.Processes[p].Service]++;
            }
            return new RoadefCost(load, balance, process, instance.ServiceMoveWeight * moved.Max(), machine);
        }
    }

    /// <summary>Every hard constraint that the assignment breaks, in words; none if it is a solution.</summary>
    public static IEnumerable<string> Violations(RoadefInstance instance, int[] initial, int[] assignment)
    {
        if (assignment.Length != instance.Processes.Count) { return [$"{assignment.Length} machines for {instance.Processes.Count} processes"]; }
        var places = assignment.Select((machine, process) => (instance.Processes[process].Service, Machine: machine)).ToLookup(x => x.Service, x => x.Machine);
        return [.. Capacity(instance, initial, assignment), .. Conflict(places), .. Spread(instance, places), .. Dependency(instance, places)];
    }

    private static IEnumerable<string> Capacity(RoadefInstance instance, int[] initial, int[] assignment)
    {
        var use = Use(instance, assignment);
        for (var p = 0; p < assignment.Length; p++)
        {
            for (var r = 0; r < instance.Resources.Count && assignment[p] != initial[p]; r++)
            {
                if (instance.Resources[r].IsTransient) { use[initial[p]][r] += instance.Processes[p].Requirement[r]; }
            }
        }
        return use.SelectMany((row, m) => row.Select((u, r) => (m, r, u))).Where(x => x.u > instance.Machines[x.m].Capacity[x.r])
            .Select(x => $"machine {x.m}, resource {x.r}: {x.u} used of {instance.Machines[x.m].Capacity[x.r]}");
    }

    private static IEnumerable<string> Conflict(ILookup<int, int> places) =>
        places.SelectMany(s => s.GroupBy(m => m).Where(g => g.Count() > 1).Select(g => $"service {s.Key}: {g.Count()} processes on machine {g.Key}"));

    private static IEnumerable<string> Spread(RoadefInstance instance, ILookup<int, int> places) =>
        instance.Services.Select((s, i) => (i, s.MinimumSpread, Locations: places[i].Select(m => instance.Machines[m].Location).Distinct().Count()))
            .Where(x => x.Locations < x.MinimumSpread).Select(x => $"service {x.i}: {x.Locations} locations instead of {x.MinimumSpread}");

    private static IEnumerable<string> Dependency(RoadefInstance instance, ILookup<int, int> places)
    {
        var neighbourhoods = instance.Services.Select((_, i) => places[i].Select(m => instance.Machines[m].Neighbourhood).ToHashSet()).ToArray();
        return instance.Services.SelectMany((s, i) => s.DependsOn.SelectMany(on => neighbourhoods[i].Except(neighbourhoods[on]).Select(n => $"service {i} needs service {on} in neighbourhood {n}")));
    }

    private static long[][] Use(RoadefInstance instance, int[] assignment)
    {
        long[][] use = [.. instance.Machines.Select(_ => new long[instance.Resources.Count])];
        for (var p = 0; p < assignment.Length; p++)
        {
            for (var r = 0; r < instance.Resources.Count; r++) { use[assignment[p]][r] += instance.Processes[p].Requirement[r]; }
        }
        return use;
    }
}
