namespace Rebalancer.Benchmarks.Migration.Load;

/// <summary>Keeps a rate: bytes may be taken as fast as they trickle in. Full at the start; what a stall left unused beyond the capacity is lost.</summary>
/// <param name="bytesPerS">Above 0.</param>
/// <param name="capacityBytes">The most that is sent at once after a pause.</param>
internal sealed class TokenBucket(double bytesPerS, double capacityBytes)
{
    private double used;
    private TimeSpan at;

    /// <param name="bytes">Taken in any case; what is missing is a debt that the wait pays.</param>
    /// <param name="now">Since the bucket was made.</param>
    /// <returns>How long to wait before sending.</returns>
    public TimeSpan Take(int bytes, TimeSpan now)
    {
        used = Math.Max(0, used - ((now - at).TotalSeconds * bytesPerS)) + bytes;
        at = now;
        return used <= capacityBytes ? TimeSpan.Zero : TimeSpan.FromSeconds((used - capacityBytes) / bytesPerS);
    }
}
