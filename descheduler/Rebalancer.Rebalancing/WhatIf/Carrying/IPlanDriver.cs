using Rebalancer.Policy;
using Rebalancer.Rebalancing.WhatIf.Clusters;
using Rebalancer.Rebalancing.WhatIf.Events;

namespace Rebalancer.Rebalancing.WhatIf.Carrying;

/// <summary>Whoever makes plans in a world and has them carried out.</summary>
internal interface IPlanDriver
{
    int Made { get; }

    int Proposed { get; }

    int Begun { get; }

    int Completed { get; }

    /// <summary>Nodes of other types that plans have asked for.</summary>
    int NodesAdded { get; }

    /// <summary>At each step of the simulation.</summary>
    void Step();
}

/// <summary>What a driver looks at and acts upon.</summary>
internal sealed record DrivenWorld(SimulatedCluster Cluster, PlanMoves Moves, Scheduling Scheduling, Agenda Agenda, RebalanceRules Rules, Invariants Invariants);
