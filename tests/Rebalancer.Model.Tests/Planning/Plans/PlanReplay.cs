using Rebalancer.Planning;
using Rebalancer.Policy;

namespace Rebalancer.Model.Tests.Planning.Plans;

/// <summary>
/// Carries a plan out on paper and checks every rule the slow way, with nothing of the planner's own: during a wave each pod counts on both of its nodes.
/// </summary>
internal sealed class PlanReplay(ClusterSnapshot snapshot, PlanPolicy policy)
{
    private readonly Dictionary<string, NodeInfo> nodes = snapshot.Nodes.ToDictionary(n => n.Name);
    private readonly List<(PodInfo Pod, string Node)> placed = [.. snapshot.Pods.Select(p => (p, p.NodeName))];

    public List<string> Violations { get; } = [];

    public void Run(MovePlan plan)
    {
        foreach (var wave in plan.Waves)
        {
            Limits(wave);
            var before = placed.ToList();
            foreach (var move in wave.Moves)
            {
                var pod = snapshot.Pods.Single(p => p.Uid == move.Uid);
                Expect(placed.Contains((pod, move.Source)), $"{move.Pod} is not on {move.Source}");
                Expect(pod.Owner?.Kind != "CloneSet" && pod.Shape.DoNotDisrupt is null, $"{move.Pod} may not move");
                MayRun(pod, move.Target);
                placed.Add((pod, move.Target));
            }

            Rooms(wave);
            wave.Moves.ToList().ForEach(m => placed.Remove((snapshot.Pods.Single(p => p.Uid == m.Uid), m.Source)));
            Afterwards(wave, before);
        }
    }

    private void Limits(MoveWave wave)
    {
        var pods = wave.Moves.Select(m => snapshot.Pods.Single(p => p.Uid == m.Uid)).ToList();
        Expect(pods.Count <= policy.Limits.AtOnce, "too many at once");
        Expect(pods.GroupBy(p => p.Owner!.Uid).All(g => g.Count() <= policy.Limits.AtOncePerWorkload), "too many of a workload at once");
        Expect(wave.Moves.SelectMany(m => new[] { m.Source, m.Target }).GroupBy(n => n).All(g => g.Count() <= policy.Limits.AtOncePerNode), "too many at a node at once");
        Expect(snapshot.Budgets.All(b => pods.Count(b.Covers) <= 1), "two pods of a budget at once");
    }

    private void MayRun(PodInfo pod, string target)
    {
        var node = nodes[target];
        Expect(node.Taints.IsEmpty || !pod.Placement.Tolerations.IsEmpty, $"{pod.Name} does not tolerate {target}");
        Expect(pod.Placement.NodeSelector.All(l => nodes[target].Labels.GetValueOrDefault(l.Key) == l.Value), $"{pod.Name} does not belong on {target}");
        foreach (var (other, where) in placed)
        {
            Expect(!pod.Placement.AntiAffinity.Any(t => t.Matches(other) && Same(t.TopologyKey, where, target)), $"{pod.Name} beside {other.Name} on {target}");
            Expect(!other.Placement.AntiAffinity.Any(t => t.Matches(pod) && Same(t.TopologyKey, where, target)), $"{other.Name} beside {pod.Name} on {target}");
        }
    }

    private void Rooms(MoveWave wave)
    {
        foreach (var name in wave.Moves.Select(m => m.Target).Distinct())
        {
            var on = placed.Where(p => p.Node == name).Select(p => p.Pod).ToList();
            Expect(on.Count <= nodes[name].PodLimit, $"{on.Count} pods on {name}");
            foreach (var resource in new[] { ResourceSet.Cpu, ResourceSet.Memory })
            {
                var sum = on.Aggregate(Quantity.Zero, (total, p) => total + p.Requests[resource]);
                Expect(sum <= nodes[name].Allocatable[resource], $"{resource} {sum} on {name}");
            }
        }
    }

    private void Afterwards(MoveWave wave, List<(PodInfo Pod, string Node)> before)
    {
        foreach (var move in wave.Moves)
        {
            var pod = snapshot.Pods.Single(p => p.Uid == move.Uid);
            Expect(pod.Placement.Affinity.All(t => placed.Exists(p => p.Pod != pod && t.Matches(p.Pod) && Same(t.TopologyKey, p.Node, move.Target))), $"{pod.Name} lost whom it needs");
            foreach (var spread in pod.Placement.Spread)
            {
                Expect(Skew(spread, placed) <= Math.Max(spread.MaxSkew, Skew(spread, before)), $"{pod.Name} is spread unevenly");
            }
        }

        foreach (var (pod, node) in placed)
        {
            foreach (var term in pod.Placement.Affinity.Where(t => before.Exists(b => b.Pod != pod && t.Matches(b.Pod) && Same(t.TopologyKey, b.Node, node))))
            {
                Expect(placed.Exists(p => p.Pod != pod && term.Matches(p.Pod) && Same(term.TopologyKey, p.Node, node)) || term.Matches(pod), $"{pod.Name} was left by whom it needs");
            }
        }
    }

    private int Skew(SpreadConstraint spread, List<(PodInfo Pod, string Node)> where)
    {
        var counts = nodes.Values.Select(n => n.Labels[spread.TopologyKey]).Distinct()
            .Select(d => where.Count(p => spread.Selector!.Matches(p.Pod.Labels) && nodes[p.Node].Labels[spread.TopologyKey] == d)).ToList();
        return counts.Max() - counts.Min();
    }

    private bool Same(string key, string a, string b) => nodes[a].Labels[key] == nodes[b].Labels[key];

    private void Expect(bool holds, string harm)
    {
        if (!holds)
        {
            Violations.Add(harm);
        }
    }
}
