using Rebalancer.Model;
using Rebalancer.Planning.Placement;
using Rebalancer.Planning.Waves;
using Rebalancer.Policy;
using Rebalancer.Policy.Moves;
using Rebalancer.Policy.Risk;

namespace Rebalancer.Planning;

/// <summary>A move that was planned some time ago.</summary>
public readonly record struct PastMove(string Namespace, string Pod, string Uid, string Source, string Target);

/// <summary>Whether a plan still holds in the cluster as it is now. Pure.</summary>
public sealed class PlanRevision(PlanPolicy policy, IHazardModel hazards, IMoveEstimates estimates)
{
    /// <returns>Why it does not; null: every move can still be made, and together they are still worth it.</returns>
    public string? Objection(ClusterSnapshot snapshot, IReadOnlyCollection<PastMove> moves)
    {
        var problem = new PlacementProblem(snapshot, policy, hazards, estimates);
        var planned = moves.Select(m => m.Uid).ToHashSet(StringComparer.Ordinal);
        var numbers = Enumerable.Range(0, problem.Index.Pods.Length).Where(p => planned.Contains(problem.Index.Pods[p].Uid)).ToDictionary(p => problem.Index.Pods[p].Uid, StringComparer.Ordinal);
        var steps = new List<Step>(moves.Count);
        foreach (var move in moves)
        {
            var (step, objection) = StepOf(problem, move, numbers.GetValueOrDefault(move.Uid, -1));
            if (objection is not null)
            {
                return objection;
            }

            steps.Add(step);
        }

        var draft = new PlanDraft(problem, policy, snapshot);
        var (waves, stuck) = draft.Sequencer().Order(steps);
        if (stuck is [var first, ..])
        {
            return $"pod {problem.Index.Pods[first.Pod].FullName} no longer fits on node {problem.Index.Nodes[first.Target].Name}";
        }

        var plan = draft.ToPlan(waves, explain: false);
        return plan.Verdict == PlanVerdict.Act ? null : $"it is no longer worth it: {plan.Reason}";
    }

    private static (Step Step, string? Objection) StepOf(PlacementProblem problem, PastMove move, int pod)
    {
        var name = $"{move.Namespace}/{move.Pod}";
        if (pod < 0)
        {
            return (default, $"pod {name} is gone");
        }

        var (source, target) = (problem.Index.NodeNumber(move.Source), problem.Index.NodeNumber(move.Target));
        return problem.Home[pod] != source || source < 0 ? (default, $"pod {name} is no longer on node {move.Source}")
            : problem.Immovable[pod] is { } immovable ? (default, immovable)
            : target < 0 ? (default, $"node {move.Target} is gone")
            : !problem.MayTake[target] || problem.IsTooRisky(target) || problem.LastSource[pod] == target || !problem.CpuSuits(pod, target) ? (default, $"node {move.Target} takes pod {name} no more")
            : (new Step(pod, source, target), null);
    }
}
