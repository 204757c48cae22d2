using Rebalancer.Policy.Constraints;

namespace Rebalancer.Planning.Placement;

/// <summary>Why a node that still holds pods could not be emptied, told from where the search ended.</summary>
internal sealed class KeptNodeReasons(PlacementProblem problem, PlacementState state)
{
    /// <summary>The largest ones; where they find room, the small ones would too.</summary>
    private const int MaxPodsLookedAt = 3;

    /// <summary>From here on, room is looked at before everything else: the first reason that a node gives is then that it has none.</summary>
    private const int LargeCluster = 200;

    private readonly bool isLarge = problem.Index.Nodes.Length > LargeCluster;
    private readonly int[] inUse = [.. Enumerable.Range(0, problem.Index.Nodes.Length).Where(n => !problem.Offered[n] && !state.IsEmpty(n)).OrderByDescending(state.FreeCpu).ThenBy(n => n)];

    private readonly int[] verdicts = new int[Enum.GetValues<RejectionKind>().Length];

    public string Of(int node)
    {
        if (problem.Kept(node) is { } kept)
        {
            return kept;
        }

        var pods = state.ResidentList(node);
        var staying = pods.FindAll(p => problem.Immovable[p] is not null);
        if (staying.Count > 0)
        {
            return problem.Immovable[staying[0]] + (staying.Count > 1 ? $" (and {staying.Count - 1} more that cannot move)" : "");
        }

        Emptying.SortBySize(problem, pods);
        return pods.Take(MaxPodsLookedAt).Select(p => NoPlaceFor(p, node)).FirstOrDefault(r => r is not null)
            ?? $"its {pods.Count} pods find no room on other nodes together, or moving them costs more than it saves";
    }

    /// <summary>Null where some other node that is paid for already would take the pod.</summary>
    private string? NoPlaceFor(int pod, int node)
    {
        var name = problem.Index.Pods[pod].FullName;
        if (state.MayMove(pod) && !state.MayLeave(pod))
        {
            return $"pods that stay require {name} near them";
        }

        var mark = state.Mark;
        state.TakeOut(pod);
        Array.Clear(verdicts);
        var fits = isLarge ? FitsByRoom(pod, node) : Array.Exists(inUse, n => n != node && Count(state.Verdict(pod, n)));
        state.Undo(mark);
        return fits ? null
            : Array.TrueForAll(verdicts, v => v == 0) ? "no other node is in use"
            : $"{name} fits on no other node in use: " + string.Join(", ", Enumerable.Range(0, verdicts.Length).Where(k => verdicts[k] > 0).OrderByDescending(k => verdicts[k]).ThenBy(k => k).Select(k => $"{verdicts[k]} x {(RejectionKind)k}"));
    }

    /// <summary>Nodes without room are counted, not looked at; those to which nothing can be sent are left out.</summary>
    private bool FitsByRoom(int pod, int node)
    {
        foreach (var pool in problem.Pools.For(problem.Index.PlacementOf(pod)))
        {
            var index = state.Room.For(pod, pool, out var amount);
            var before = verdicts.Sum();
            for (var bucket = index.First(amount); bucket >= 0; bucket = index.Next(bucket))
            {
                foreach (var other in index.Nodes(bucket))
                {
                    if (other != node && Count(LacksRoom(pod, other) ? RejectionKind.Resources : state.Verdict(pod, other)))
                    {
                        return true;
                    }
                }
            }

            verdicts[(int)RejectionKind.Resources] += state.Room.CountOf(pool) - (problem.Pools.Of[node] == pool ? 1 : 0) - (verdicts.Sum() - before);
        }

        return false;
    }

    /// <summary>True where nothing speaks against it.</summary>
    private bool Count(RejectionKind verdict)
    {
        verdicts[(int)verdict]++;
        return verdict == RejectionKind.None;
    }

    private bool LacksRoom(int pod, int node) => state.FreeCpu(node) < problem.Request(pod, 0) || state.Free(node, 1) < problem.Request(pod, 1);
}
