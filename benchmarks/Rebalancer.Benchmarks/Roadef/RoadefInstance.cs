namespace Rebalancer.Benchmarks.Roadef;

/// <summary>An instance of the ROADEF/EURO challenge 2012 (machine reassignment), as its file states it.</summary>
internal sealed record RoadefInstance(
    IReadOnlyList<RoadefResource> Resources,
    IReadOnlyList<RoadefMachine> Machines,
    IReadOnlyList<RoadefService> Services,
    IReadOnlyList<RoadefProcess> Processes,
    IReadOnlyList<RoadefBalance> Balances,
    long ProcessMoveWeight,
    long ServiceMoveWeight,
    long MachineMoveWeight);

/// <param name="IsTransient">A moved process uses it on both its machines.</param>
/// <param name="LoadWeight">Cost of each unit above a machine's safety capacity.</param>
internal sealed record RoadefResource(bool IsTransient, long LoadWeight);

/// <param name="MoveCosts">Per machine: cost of moving a process from here to there.</param>
internal sealed record RoadefMachine(int Neighbourhood, int Location, long[] Capacity, long[] SafetyCapacity, int[] MoveCosts);

/// <param name="MinimumSpread">Locations with at least one process of the service.</param>
/// <param name="DependsOn">Services of which some process is in every neighbourhood where one of this service is.</param>
internal sealed record RoadefService(int MinimumSpread, int[] DependsOn);

internal sealed record RoadefProcess(int Service, long[] Requirement, long MoveCost);

/// <summary>For every free unit of the first resource a machine should have <paramref name="Target"/> free units of the second.</summary>
internal sealed record RoadefBalance(int FirstResource, int SecondResource, long Target, long Weight);
