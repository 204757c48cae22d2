namespace Rebalancer.Benchmarks.Vmr;

/// <summary>The migrations that lead to the search's assignment. Room is held on both ends, so that any order can be made; it is cut where the rate is lowest.</summary>
internal static class VmrOrder
{
    /// <exception cref="InvalidOperationException">A migration cannot be made when its turn comes.</exception>
    public static IReadOnlyList<VmrMove> Find(VmrSnapshot snapshot, IReadOnlyList<int> bins)
    {
        var replay = new VmrReplay(snapshot);
        List<VmrMove> made = [];
        var (best, length) = (replay.Fragments, 0);
        for (var vm = 0; vm < bins.Count; vm++)
        {
            if (bins[vm] == VmrProblem.BinOf(snapshot.Vms[vm])) { continue; }
            var move = new VmrMove(vm, bins[vm] / VmrLayout.Count, bins[vm] % VmrLayout.Count);
            if (replay.Make(move) is { } refusal) { throw new InvalidOperationException($"the plan has a migration that cannot be made: {refusal}"); }
            made.Add(move);
            if (replay.Fragments < best) { (best, length) = (replay.Fragments, made.Count); }
        }
        return [.. made.Take(length)];
    }
}
