namespace Rebalancer.Planning.Search;

/// <summary>A problem as the search takes it: the numbers, and rules for each thread.</summary>
public interface IAssignmentProblem<out TRules>
    where TRules : struct, IAssignmentRules
{
    AssignmentModel Model { get; }

    /// <summary>Rules that stand at the model's initial assignment and share no mutable state with other rules.</summary>
    TRules CreateRules();
}
