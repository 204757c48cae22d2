namespace Rebalancer.Agent.Local.Memory;

/// <summary>Addresses of one process, from <paramref name="Start"/> up to and without <paramref name="End"/>, both multiples of the page size.</summary>
internal readonly record struct PageRange(ulong Start, ulong End)
{
    public const int PageBytes = 4096;
    public const int PageShift = 12;

    public ulong Bytes => End - Start;

    public bool Contains(ulong address) => address >= Start && address < End;

    public long Pages => (long)(Bytes >> PageShift);
}
