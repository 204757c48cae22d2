namespace Rebalancer.Agent.Transfer.Images;

/// <summary>
/// Whether compressing pays: where the link, or the cap, is what a move waits for, and the CPU is not. Tried where the estimate promises enough, and given up
/// where the measurement does not keep it: a target that cannot keep up looks like a slow link, and gets no faster by having to decompress. Pure.
/// </summary>
internal static class CompressionPolicy
{
    /// <summary>Share of the time spent waiting from which on the link is the limit.</summary>
    public const double BlockedShare = 0.3;
    /// <summary>Gains from which it begins, and down to which it goes on. A freeze shares its cores with CRIU, and is no place to try one's luck.</summary>
    public const double Begin = 1.2, GoOn = 1.05, InFreeze = 1.5;
    /// <summary>After so many windows one is sent as it is, to see what the link can do now; and so many pass after a failure, or after a trial that promised too little.</summary>
    public const int MaximumAge = 32, RestAfterFailure = 32, RestAfterTrial = 8;

    public static CompressionState Next(CompressionState state, LinkWindow window)
    {
        if (window.RawBytes <= 0 || window.WireBytes <= 0 || window.Elapsed <= TimeSpan.Zero) { return state; }
        return state.IsOn ? AfterCompressed(state, window) : AfterPlain(state, window);
    }

    private static CompressionState AfterCompressed(CompressionState state, LinkWindow window)
    {
        var gain = state.PlainSecondsPerByte * window.RawBytes / window.Elapsed.TotalSeconds;
        if (gain < GoOn) { return new(false, false, 0, gain, 0, RestAfterFailure); }
        return state.Age < MaximumAge ? state with { Gain = gain, Age = state.Age + 1 } : new(false, true, 0, gain, 0, 0);
    }

    private static CompressionState AfterPlain(CompressionState state, LinkWindow window)
    {
        var rest = Math.Max(0, state.Rest - 1);
        if (rest > 0 || window.Blocked <= window.Elapsed * BlockedShare) { return new(false, false, 0, 0, 0, rest); }
        var link = window.Elapsed.TotalSeconds / window.WireBytes;
        var gain = window.TriedBytes > 0 ? Estimate(window, link) : 0;
        // Most data that does not compress goes on not compressing, and a trial takes CPU from whoever needs it.
        if (window.TriedBytes > 0 && gain < Begin) { return new(false, false, 0, gain, 0, RestAfterTrial); }
        // By raw bytes: a target that is the limit takes no more of them for those that were compressed on trial.
        return new(gain >= Begin, gain < Begin, window.Elapsed.TotalSeconds / window.RawBytes, gain, 0, 0);
    }

    /// <summary>Records are sent one after another: each takes the longer of what the CPU and what the link need for it.</summary>
    private static double Estimate(LinkWindow window, double link)
    {
        var own = Math.Max(0, (window.Elapsed - window.Blocked - window.Packing).TotalSeconds) / window.RawBytes;
        var packing = window.Packing.TotalSeconds / window.TriedBytes;
        var ratio = (double)window.PackedBytes / window.TriedBytes;
        var packed = Math.Max(own + packing, link * ratio);
        return packed > 0 ? Math.Max(own, link) / packed : 0;
    }
}
