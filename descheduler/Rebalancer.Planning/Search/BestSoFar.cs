namespace Rebalancer.Planning.Search;

/// <summary>
/// The best assignment that one thread has seen. Only the items that have moved since are copied when a better one comes, so that keeping it costs
/// no more than the moves themselves.
/// </summary>
internal sealed class BestSoFar(int[] bin, int itemCount, long cost)
{
    private readonly int[] assignment = bin[..itemCount];
    private readonly int[] touched = new int[itemCount];
    private readonly bool[] isTouched = new bool[itemCount];
    private int touchedCount;

    public long Cost { get; private set; } = cost;

    public ReadOnlySpan<int> Assignment => assignment;

    public void Touch(int item)
    {
        if (isTouched[item]) { return; }
        isTouched[item] = true;
        touched[touchedCount++] = item;
    }

    /// <summary>Keeps the present assignment when it is better.</summary>
    public bool Offer(long present)
    {
        if (present >= Cost) { return false; }
        Cost = present;
        for (var i = 0; i < touchedCount; i++)
        {
            assignment[touched[i]] = bin[touched[i]];
            isTouched[touched[i]] = false;
        }
        touchedCount = 0;
        return true;
    }
}
