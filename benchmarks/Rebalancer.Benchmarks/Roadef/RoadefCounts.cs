namespace Rebalancer.Benchmarks.Roadef;

/// <summary>Where each service's processes are, and how many constraints that breaks. Each thread has its own.</summary>
internal sealed class RoadefCounts
{
    private readonly RoadefTables tables;
    private readonly int machines;
    private readonly int neighbourhoods;
    private readonly int locations;
    private readonly ushort[] onMachine;
    private readonly int[] inNeighbourhood;
    private readonly int[] atLocation;
    private readonly int[] spread;
    private readonly int[] moved;
    private readonly int[] servicesWithMoved;

    public RoadefCounts(RoadefTables tables)
    {
        this.tables = tables;
        var services = tables.MinimumSpread.Length;
        machines = tables.MachineMoveCost.Length;
        neighbourhoods = tables.Neighbourhood.Max() + 1;
        locations = tables.Location.Max() + 1;
        onMachine = new ushort[services * machines];
        inNeighbourhood = new int[services * neighbourhoods];
        atLocation = new int[services * locations];
        spread = new int[services];
        moved = new int[services];
        servicesWithMoved = new int[tables.Initial.Length + 1];
        servicesWithMoved[0] = services;
        Violations = tables.MinimumSpread.Sum();
        for (var process = 0; process < tables.Initial.Length; process++) { Move(process, -1, tables.Initial[process]); }
    }

    /// <summary>Pairs on one machine, missing locations and missing dependencies, together.</summary>
    public int Violations { get; private set; }

    public int MostMovedInAService { get; private set; }

    public int OnMachine(int service, int machine) => onMachine[service * machines + machine];

    public void Move(int process, int from, int to)
    {
        var service = tables.Service[process];
        if (from >= 0) { Leave(service, from); }
        if (to >= 0) { Enter(service, to); }
        var home = tables.Initial[process];
        var wasAway = from >= 0 && from != home;
        var isAway = to >= 0 && to != home;
        if (wasAway != isAway) { CountMoved(service, isAway ? 1 : -1); }
    }

    private void Leave(int service, int machine)
    {
        if (--onMachine[service * machines + machine] > 0) { Violations--; }
        if (--inNeighbourhood[service * neighbourhoods + tables.Neighbourhood[machine]] == 0) { Violations -= Missing(service, tables.Neighbourhood[machine]); }
        if (--atLocation[service * locations + tables.Location[machine]] == 0 && --spread[service] < tables.MinimumSpread[service]) { Violations++; }
    }

    private void Enter(int service, int machine)
    {
        if (onMachine[service * machines + machine]++ > 0) { Violations++; }
        if (inNeighbourhood[service * neighbourhoods + tables.Neighbourhood[machine]]++ == 0) { Violations += Missing(service, tables.Neighbourhood[machine]); }
        if (atLocation[service * locations + tables.Location[machine]]++ == 0 && spread[service]++ < tables.MinimumSpread[service]) { Violations--; }
    }

    /// <summary>What the service's presence in the neighbourhood breaks, less what it mends: services it misses there, less those that missed it.</summary>
    private int Missing(int service, int neighbourhood)
    {
        var missing = 0;
        foreach (var other in tables.DependsOn[service])
        {
            if (other != service && inNeighbourhood[other * neighbourhoods + neighbourhood] == 0) { missing++; }
        }
        foreach (var other in tables.Dependents[service])
        {
            if (other != service && inNeighbourhood[other * neighbourhoods + neighbourhood] > 0) { missing--; }
        }
        return missing;
    }

    private void CountMoved(int service, int change)
    {
        servicesWithMoved[moved[service]]--;
        moved[service] += change;
        servicesWithMoved[moved[service]]++;
        if (moved[service] > MostMovedInAService) { MostMovedInAService = moved[service]; }
        while (MostMovedInAService > 0 && servicesWithMoved[MostMovedInAService] == 0) { MostMovedInAService--; }
    }
}
