namespace Rebalancer.Benchmarks.Consolidation;

/// <summary>
/// Consolidation as autoscalers do it (Karpenter's single-node consolidation): one node at a time, those with the fewest pods first. It goes if its pods fit on
/// nodes that are there; it is replaced if they fit there and on one cheaper machine. Again and again, until no node changes any more. Disruption budgets,
/// time-outs and the spot-to-spot limit are left out, so that it does at least as well as those do.
/// </summary>
internal static class SingleNodeBaseline
{
    public static SingleNodeResult Run(ConsolidationModel model)
    {
        var bins = model.NodeOption.Select((o, i) => new ModelBin(model.NodePool[i], o)).ToList();
        ModelBin[] first = [.. bins];
        foreach (var pod in model.Pods) { bins[pod.Node].Add(pod); }
        for (var changed = true; changed;)
        {
            changed = false;
            foreach (var bin in bins.OrderBy(b => b.Pods.Count).ToList())
            {
                changed |= Consolidate(bin, bins, model.Options[bin.Pool]);
            }
        }

        var moved = bins.SelectMany(b => b.Pods.Where(p => b.IsReplaced || b != first[p.Node])).ToList();
        return new SingleNodeResult(bins.Sum(b => b.Option.UsdPerHour), moved.Count, moved.Sum(p => p.MoveUsd));
    }

    private static bool Consolidate(ModelBin bin, List<ModelBin> bins, MachineOption[] options)
    {
        var pods = bin.Pods.OrderByDescending(p => p.Size).ToList();
        List<(ModelPod Pod, ModelBin Target)> placed = [];
        foreach (var pod in pods)
        {
            if (bins.Find(b => b != bin && b.Fits(pod)) is { } target)
            {
                bin.Remove(pod);
                target.Add(pod);
                placed.Add((pod, target));
            }
        }

        if (bin.Pods.Count == 0)
        {
            bins.Remove(bin);
            return true;
        }

        if (bin.Cheapest(options) is var cheaper && cheaper.UsdPerHour < bin.Option.UsdPerHour)
        {
            bin.Become(cheaper);
            return true;
        }

        placed.ForEach(p =>
        {
            p.Target.Remove(p.Pod);
            bin.Add(p.Pod);
        });
        return false;
    }
}

/// <param name="UsdPerHour">Of the nodes in the end.</param>
/// <param name="Moves">Pods that are not where they began; each counts once, however often it went on.</param>
/// <param name="MovesUsd">What those moves cost, once.</param>
internal readonly record struct SingleNodeResult(double UsdPerHour, int Moves, double MovesUsd);
