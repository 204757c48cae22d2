namespace Rebalancer.Planning.Search;

/// <summary>The elementary moves. Each is made and returns true when it is feasible and changes the cost by at most the limit; otherwise nothing has changed.</summary>
internal sealed partial class SearchState<TRules>
{
    /// <summary>One item to another bin.</summary>
    public bool TryShift(int item, int to, long limit)
    {
        var from = bin[item];
        if (from == to || !rules.MayPlace(item, to)) { return false; }
        var price = rules.ItemCost(item, to) - rules.ItemCost(item, from);
        var toCost = CostWith(to, model.NoItem, item, contents.Count(to) + 1);
        // A bin's cost is never below 0, so that a move which fails even if its first bin came to cost nothing needs no second look.
        if (toCost == Misfit || price + toCost - binCost[to] - binCost[from] > limit) { return false; }
        var fromCost = CostWith(from, item, model.NoItem, contents.Count(from) - 1);
        var delta = price + toCost - binCost[to] + fromCost - binCost[from];
        if (delta > limit) { return false; }
        var shared = rules.SharedCost;
        rules.Move(item, from, to);
        delta += rules.SharedCost - shared;
        if (delta > limit || rules.Violations > 0)
        {
            rules.Move(item, to, from);
            return false;
        }
        Transfer(item, to);
        Settle(from, fromCost, to, toCost, delta);
        return true;
    }

    /// <summary>Two items change places.</summary>
    public bool TrySwap(int a, int b, long limit)
    {
        var (binA, binB) = (bin[a], bin[b]);
        if (binA == binB || !rules.MayPlace(a, binB) || !rules.MayPlace(b, binA)) { return false; }
        var price = rules.ItemCost(a, binB) - rules.ItemCost(a, binA) + rules.ItemCost(b, binA) - rules.ItemCost(b, binB);
        var costA = CostWith(binA, a, b, contents.Count(binA));
        if (costA == Misfit || price + costA - binCost[binA] - binCost[binB] > limit) { return false; }
        var costB = CostWith(binB, b, a, contents.Count(binB));
        if (costB == Misfit) { return false; }
        var delta = price + costA - binCost[binA] + costB - binCost[binB];
        if (delta > limit) { return false; }
        if (!TryTransferBoth(a, binB, b, binA, ref delta, limit)) { return false; }
        Settle(binA, costA, binB, costB, delta);
        return true;
    }

    /// <summary>An ejection chain: the first item takes the place of the second, which goes to a third bin.</summary>
    public bool TryChain(int a, int b, int to, long limit)
    {
        var (from, middle) = (bin[a], bin[b]);
        if (to == from) { return TrySwap(a, b, limit); }
        if (from == middle || to == middle || !rules.MayPlace(a, middle) || !rules.MayPlace(b, to)) { return false; }
        var middleCost = CostWith(middle, b, a, contents.Count(middle));
        if (middleCost == Misfit) { return false; }
        var toCost = CostWith(to, model.NoItem, b, contents.Count(to) + 1);
        if (toCost == Misfit) { return false; }
        var price = rules.ItemCost(a, middle) - rules.ItemCost(a, from) + rules.ItemCost(b, to) - rules.ItemCost(b, middle);
        var fromCost = CostWith(from, a, model.NoItem, contents.Count(from) - 1);
        var delta = price + fromCost - binCost[from] + middleCost - binCost[middle] + toCost - binCost[to];
        if (delta > limit) { return false; }
        if (!TryTransferBoth(b, to, a, middle, ref delta, limit)) { return false; }
        binCost[middle] = middleCost;
        Settle(from, fromCost, to, toCost, delta);
        return true;
    }

    /// <summary>What an item that is in no bin, or in another, adds to this one; long.MaxValue when it may not go there or does not fit.</summary>
    public long PriceOf(int item, int to)
    {
        if (bin[item] == to || !rules.MayPlace(item, to)) { return Misfit; }
        var cost = CostWith(to, model.NoItem, item, contents.Count(to) + 1);
        return cost == Misfit ? Misfit : cost - binCost[to] + rules.ItemCost(item, to);
    }

    /// <summary>Two items go to other bins at once, unless the rules forbid it or what all bins share then costs too much.</summary>
    /// <param name="delta">What the move costs; the change of the shared cost is added.</param>
    private bool TryTransferBoth(int first, int firstTo, int second, int secondTo, ref long delta, long limit)
    {
        var (firstFrom, secondFrom, shared) = (bin[first], bin[second], rules.SharedCost);
        rules.Move(first, firstFrom, firstTo);
        rules.Move(second, secondFrom, secondTo);
        delta += rules.SharedCost - shared;
        if (delta > limit || rules.Violations > 0)
        {
            rules.Move(second, secondTo, secondFrom);
            rules.Move(first, firstTo, firstFrom);
            return false;
        }
        Transfer(first, firstTo);
        Transfer(second, secondTo);
        return true;
    }

    private void Settle(int from, long fromCost, int to, long toCost, long delta)
    {
        binCost[from] = fromCost;
        binCost[to] = toCost;
        Cost += delta;
    }
}
