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
    private readonly Occupancy during;
    private readonly Occupancy after;
    private readonly WaveLimits limits;
    private readonly bool[] missing;

    public MoveSequencer(PlacementProblem problem, PlanPolicy policy, WaveGroups groups)
    {
        missing = [.. problem.Offered];
        limits = new WaveLimits(policy.Limits, groups, problem.Index.Nodes.Length);
        during = new Occupancy(problem.Index, exists: n => !problem.Offered[n]);
        after = new Occupancy(problem.Index, exists: n => !problem.Offered[n]);
    }

    /// <summary>
    /// Waves, and the moves for which no moment was found at which they could run. Called again, it goes on from where these waves end. New nodes are there
    /// from the start.
    /// </summary>
    public (List<List<Step>> Waves, List<Step> Stuck) Order(IReadOnlyCollection<Step> moves)
    {
        var waves = new List<List<Step>>();
        var open = moves.ToList();
        open.ForEach(s => Add(s.Target));
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

    private void Add(int node)
    {
        if (missing[node])
        {
            missing[node] = false;
            during.SetActive(node, active: true);
            after.SetActive(node, active: true);
        }
    }

    /// <summary>What starts leaves the list; the rest keeps its order.</summary>
    private List<Step> Start(List<Step> open)
    {
        limits.Clear();
        var wave = new List<Step>();
        var (kept, next) = (0, 0);
        for (; next < open.Count && !limits.IsFull; next++)
        {
            if (limits.Allows(open[next]) && MayStart(open[next]))
            {
                Begin(open[next]);
                wave.Add(open[next]);
            }
            else
            {
                open[kept++] = open[next];
            }
        }

        open.RemoveRange(kept, next - kept);
        return wave;
    }

    private void Begin(Step step)
    {
        limits.Take(step);
        during.Place(step.Pod, step.Target);
        after.Remove(step.Pod, step.Source);
        after.Place(step.Pod, step.Target);
    }

    private bool MayStart(Step step)
    {
        if (during.CheckCopy(step.Pod, step.Source, step.Target) != RejectionKind.None || !after.MayLeave(step.Pod, step.Source))
        {
            return false;
        }

        after.Remove(step.Pod, step.Source);
        var kind = after.Check(step.Pod, step.Target);
        after.Place(step.Pod, step.Source);
        return kind == RejectionKind.None;
    }
}
