namespace Rebalancer.Benchmarks.Consolidation;

/// <summary>One size. Costs are of the nodes, US dollars per hour; a plan's is that after its last wave.</summary>
/// <param name="Pods">Daemons among them.</param>
/// <param name="FirstPlanMs">Wall time from the snapshot in memory to a whole plan with waves and reasons, with no time for the search.</param>
/// <param name="FirstPlanCpuMs">Processor time of the same, which other programs on the machine change less.</param>
/// <param name="Load">Runnable programs when the size began, as the kernel averages them over a minute.</param>
/// <param name="CostAfter60s">Null where it was not measured.</param>
/// <param name="CostMovesFree">Of the longest of these times again, where a move costs nothing, as none does for the baselines.</param>
/// <param name="Moves">Of the plan after 5 s.</param>
/// <param name="MovesSingleNode">Pods that node by node moves.</param>
/// <param name="WithMoves">Of the plan after the longest time: nodes per hour, and its moves spread over the hours for which the policy counts a saving. Likewise node by node.</param>
/// <param name="PeakMb">Most memory that the process has had by then.</param>
internal sealed record ConsolidationResult(
    int Nodes,
    int Pods,
    int FirstPlanMs,
    int FirstPlanCpuMs,
    double Load,
    double CostBefore,
    double CostFirstPlan,
    double CostAfter1s,
    double CostAfter5s,
    double? CostAfter60s,
    double CostMovesFree,
    double CostSingleNode,
    double CostRepack,
    double LowerBound,
    int Moves,
    int MovesSingleNode,
    double WithMoves,
    double WithMovesSingleNode,
    int Waves,
    int PeakMb);
