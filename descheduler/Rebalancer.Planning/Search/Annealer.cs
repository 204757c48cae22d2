namespace Rebalancer.Planning.Search;

/// <summary>Tries moves drawn at random and makes those that the temperature allows (Metropolis' rule), at a price for being away from home.</summary>
internal sealed class Annealer<TRules>
    where TRules : struct, IAssignmentRules
{
    /// <summary>Of 100 shifts, how many go home; of 100 chains, how many end at the ejected item's home; of 100 swaps, how many are with an item of similar size.</summary>
    private const int HomewardShifts = 10;
    private const int HomewardChains = 30;
    private const int SimilarSwaps = 50;
    private const int RepackedBins = 3;
    private readonly SearchState<TRules> state;
    private readonly SearchRandom random;
    private readonly HomePull pull;
    private readonly SizeOrder sizes;
    private readonly CompoundMoves<TRules> compound;
    private readonly MoveKind[] wheel;
    private readonly int[] movable;
    private readonly int[] bins = new int[RepackedBins];
    private readonly int binCount;

    public Annealer(SearchState<TRules> state, SizeOrder sizes, HomePull pull, MoveMix mix, SearchRandom random)
    {
        this.state = state;
        this.random = random;
        this.pull = pull;
        this.sizes = sizes;
        compound = new CompoundMoves<TRules>(state, random, pull);
        movable = state.Model.Movable;
        binCount = state.Model.BinCount;
        wheel = MoveWheel.Build(mix);
    }

    /// <summary>Tries this many moves at one temperature, given in units of cost; 0 makes a descent of it.</summary>
    public void Try(int moves, double temperature)
    {
        for (var i = 0; i < moves; i++)
        {
            var kind = wheel[random.Below(wheel.Length)];
            if (TryOne(kind, temperature, random.Exponential())) { state.Best.Offer(state.Cost); }
        }
    }

    private bool TryOne(MoveKind kind, double temperature, double slack)
    {
        var item = movable[random.Below(movable.Length)];
        switch (kind)
        {
            case MoveKind.Shift:
                var to = random.Below(100) < HomewardShifts ? pull.HomeOf(item) : random.Below(binCount);
                return state.TryShift(item, to, (long)(temperature * (slack - pull.Change(item, state.BinOf(item), to))));
            case MoveKind.Swap:
                return Swap(item, random.Below(100) < SimilarSwaps ? sizes.Similar(item, random) : movable[random.Below(movable.Length)], temperature, slack);
            case MoveKind.Chain:
                return Chain(item, movable[random.Below(movable.Length)], temperature, slack);
            case MoveKind.Force:
                return compound.TryForce(sizes.Large(random), random.Below(binCount), temperature, slack);
            case MoveKind.Repack:
                foreach (ref var bin in bins.AsSpan()) { bin = random.Below(binCount); }
                return compound.TryRepack(bins, temperature, slack);
            default:
                return compound.TryEmpty(random.Below(binCount), temperature, slack);
        }
    }

    private bool Swap(int a, int b, double temperature, double slack)
    {
        var (binA, binB) = (state.BinOf(a), state.BinOf(b));
        return state.TrySwap(a, b, (long)(temperature * (slack - pull.Change(a, binA, binB) - pull.Change(b, binB, binA))));
    }

    private bool Chain(int a, int b, double temperature, double slack)
    {
        var to = random.Below(100) < HomewardChains ? pull.HomeOf(b) : random.Below(binCount);
        var (from, middle) = (state.BinOf(a), state.BinOf(b));
        return state.TryChain(a, b, to, (long)(temperature * (slack - pull.Change(a, from, middle) - pull.Change(b, middle, to))));
    }
}
