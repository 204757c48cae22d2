using Rebalancer.Planning.Placement;
using Rebalancer.Policy;
using Rebalancer.Policy.Constraints;

namespace Rebalancer.Planning.Waves;

/// <summary>One pod on its way, by numbers.</summary>
internal readonly record struct Step(int Pod, int Source, int Target);

/// <summary>
/// Puts moves in waves. Moves of a wave run at the same time and may end in any order; while they do, every pod counts on both of its nodes. A move starts
/// only where kube-scheduler would place the copy then, and where its rules hold as well when all moves of the wave have ended.
/// </summary>
internal sealed class MoveSequencer
{
    private readonly PlacementProblem problem;
    private readonly PlanPolicy policy;
    private readonly int[][] budgetsOfPod;
    private readonly Occupancy during;
    private readonly Occupancy after;

    /// <param name="budgetsOfPod">Numbers of the disruption budgets that cover each pod.</param>
    public MoveSequencer(PlacementProblem problem, PlanPolicy policy, int[][] budgetsOfPod, IEnumerable<int> newNodes)
    {
        (this.problem, this.policy, this.budgetsOfPod) = (problem, policy, budgetsOfPod);
        during = new Occupancy(problem.Index, exists: n => !problem.Offered[n]);
        after = new Occupancy(problem.Index, exists: n => !problem.Offered[n]);
        foreach (var node in newNodes)
        {
            during.SetActive(node, active: true);
            after.SetActive(node, active: true);
        }
    }

    /// <summary>Waves, and the moves for which no moment was found at which they could run.</summary>
    public (List<List<Step>> Waves, List<Step> Stuck) Order(IReadOnlyCollection<Step> moves)
    {
        var waves = new List<List<Step>>();
        var open = moves.ToList();
        while (open.Count > 0)
        {
            var wave = Start(open);
            if (wave.Count == 0)
            {
                break;
            }

            wave.ForEach(s => during.Remove(s.Pod, s.Source));
            waves.Add(wave);
        }

        return (waves, open);
    }

    private List<Step> Start(List<Step> open)
    {
        var limits = new WaveLimits(policy.Limits);
        var wave = new List<Step>();
        foreach (var step in open.ToList())
        {
            if (limits.Allows(problem.Index.Pods[step.Pod], budgetsOfPod[step.Pod], step) && MayStart(step))
            {
                limits.Take(problem.Index.Pods[step.Pod], budgetsOfPod[step.Pod], step);
                during.Place(step.Pod, step.Target);
                after.Remove(step.Pod, step.Source);
                after.Place(step.Pod, step.Target);
                open.Remove(step);
                wave.Add(step);
            }
        }

        return wave;
    }

    private bool MayStart(Step step)
    {
        if (during.Check(step.Pod, step.Target) != RejectionKind.None || !after.MayLeave(step.Pod, step.Source))
        {
            return false;
        }

        after.Remove(step.Pod, step.Source);
        var kind = after.Check(step.Pod, step.Target);
        after.Place(step.Pod, step.Source);
        return kind == RejectionKind.None;
    }
}
