using System.Globalization;
using Rebalancer.Cli.Inputs;
using Rebalancer.Model;
using Rebalancer.Planning;
using Rebalancer.Policy.Constraints;
using Rebalancer.Policy.Moves;
using Rebalancer.Policy.Risk;
using Rebalancer.Policy.Scoring;
using Spectre.Console;

namespace Rebalancer.Cli.Plans;

/// <summary>Why a pod moves or stays, and what each node would mean for it.</summary>
internal sealed class ExplainCommand(IAnsiConsole console, TextWriter errors, TimeProvider clock)
{
    public int Run(PlanInput input, string podName, string? nodeName)
    {
        var pod = input.Snapshot.Pods.FirstOrDefault(p => p.FullName == podName);
        if (pod is null)
        {
            errors.WriteLine(new InvalidField("--pod", "value", podName, "namespace/name of a pod in the snapshot"));
        }

        if (nodeName is not null && input.Snapshot.Node(nodeName) is null)
        {
            errors.WriteLine(new InvalidField("--node", "value", nodeName, "a node of the snapshot"));
        }

        if (pod is null || (nodeName is not null && input.Snapshot.Node(nodeName) is null))
        {
            return 1;
        }

        input.Notes.ToList().ForEach(n => console.WriteLine(n));
        Plan(input, pod);
        Nodes(input, pod, nodeName);
        return 0;
    }

    private void Plan(PlanInput input, PodInfo pod)
    {
        foreach (var against in Movability.Check(pod, input.Policy.Limits.Freeze, automatic: true).Concat(Reattachment.Check(pod, input.Snapshot.Storage, input.Snapshot.Node(pod.NodeName))))
        {
            console.WriteLine($"It cannot move: {against.Message}.");
        }

        var plan = PlanVerb.Plan(input, clock);
        var move = plan.Moves.FirstOrDefault(m => m.Uid == pod.Uid && m.Namespace + "/" + m.Pod == pod.FullName);
        console.WriteLine(move is not null ? $"The plan moves {pod.FullName} from {move.Source} to {move.Target} for {move.Cost}: {move.Reason}."
            : plan.KeptNodes.FirstOrDefault(n => n.Name == pod.NodeName) is { } kept ? $"The plan leaves {pod.FullName} on {pod.NodeName}: {kept.Reason}."
            : $"The plan leaves {pod.FullName} where it is.");
    }

    private void Nodes(PlanInput input, PodInfo pod, string? nodeName)
    {
        var index = new ClusterIndex(input.Snapshot, [pod]);
        var state = new Occupancy(index);
        var costs = new PlacementCosts(index, input.Policy, NodeHazard.Of(input.Snapshot, clock), new SizeEstimates());
        var scorer = new NodeScorer(index, state, costs);
        var (number, source) = (index.PodNumber(pod), index.NodeNumber(pod.NodeName));
        var table = new Table().Border(TableBorder.Simple).AddColumns("node", "verdict", "$/h", "terms, or what speaks against it");
        var rows = Enumerable.Range(0, index.Nodes.Length).Where(n => nodeName is null || index.Nodes[n].Name == nodeName)
            .Select(n => (Score: scorer.Score(number, n, source), Against: Against(input, index, state, costs.Hazards, number, source, n)))
            .OrderBy(r => r.Against is not null).ThenBy(r => r.Score.UsdPerHour).ThenBy(r => r.Score.Node, StringComparer.Ordinal);
        foreach (var (score, against) in rows)
        {
            table.AddRow(
                new Text(score.Node),
                new Text(against?.Kind.ToString() ?? "fits"),
                new Text(score.UsdPerHour.ToString("0.#####", CultureInfo.InvariantCulture)),
                new Text(against?.Detail ?? string.Join("; ", score.Terms.Where(t => t.UsdPerHour > 0))));
        }

        console.Write(table);
    }

    private static Rejection? Against(PlanInput input, ClusterIndex index, Occupancy state, Hazard[] hazards, int pod, int source, int node)
    {
        var kind = MoveRules.Check(index, state, pod, source, node);
        var cpuSuits = input.Policy.IgnoreCpu || source < 0 || CpuCompatibility.MayGoOn(index.Nodes[source].Machine, index.Nodes[node].Machine);
        kind = kind == RejectionKind.None && !cpuSuits ? RejectionKind.CpuClass : kind;
        kind = kind == RejectionKind.None && node != source && input.Policy.IsTooRisky(hazards[node].PerHour) ? RejectionKind.SpotRisk : kind;
        return kind == RejectionKind.None ? null : MoveRules.Describe(index, state, pod, source, node, kind);
    }
}
