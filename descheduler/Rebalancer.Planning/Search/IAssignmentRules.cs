namespace Rebalancer.Planning.Search;

/// <summary>
/// What a problem adds to items, bins and capacities: its prices and its constraints. This is the seam between the search and a problem.
/// An implementation is a struct, so that the calls below are compiled into the search's inner loops; each thread works on a copy of its own
/// (<see cref="IAssignmentProblem{TRules}"/>), which follows the assignment by <see cref="Move"/>. All amounts are integers: what is summed up
/// incrementally then equals what is computed anew.
/// </summary>
/// <remarks>
/// How pods on nodes fit in: <see cref="BinCost"/> is the node's price when <c>itemCount</c> is above 0; <see cref="ItemCost"/> is what the move of the
/// pod costs, its loss by interruptions and its preferences on that node; <see cref="MayPlace"/> holds the predicates per (pod, node), one bit each;
/// <see cref="Move"/> counts anti-affinity groups, topology domains and pods that are away from home, and <see cref="Violations"/> says by how much
/// these exceed what is allowed, the budget of moves included. Room on both ends while a move runs: resources that are transient in the model.
/// </remarks>
public interface IAssignmentRules
{
    /// <summary>Cost of a bin with this use, 0 or more. Called very often, and for uses that are only considered: it may not depend on what <see cref="Move"/> has recorded.</summary>
    /// <param name="bin">The bin.</param>
    /// <param name="usage">Use of each resource, padded with zeros to <see cref="AssignmentModel.Stride"/>.</param>
    /// <param name="itemCount">Number of items in the bin.</param>
    long BinCost(int bin, ReadOnlySpan<long> usage, int itemCount);

    /// <summary>Cost of having the item in the bin, whatever else is there.</summary>
    long ItemCost(int item, int bin);

    /// <summary>False: the item surely may not go to the bin as things stand. A cheap filter; what it lets pass is judged by <see cref="Violations"/>.</summary>
    bool MayPlace(int item, int bin);

    /// <summary>The item has gone from one bin to another; -1 stands for nowhere. Has to undo itself exactly when called the other way round.</summary>
    void Move(int item, int from, int to);

    /// <summary>Cost that belongs to no single bin or item, after all moves so far.</summary>
    long SharedCost { get; }

    /// <summary>How much the problem's own constraints are broken, after all moves so far; 0 is feasible.</summary>
    int Violations { get; }
}
