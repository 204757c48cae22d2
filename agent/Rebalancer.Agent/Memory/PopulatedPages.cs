using Rebalancer.Agent.Local.Memory;

namespace Rebalancer.Agent.Memory;

/// <summary>The pages of a process with content of their own, as its page map tells. Not thread-safe.</summary>
/// <param name="process">To be looked at.</param>
/// <param name="zeroFrame">Frame of the zero page, which is no page of the process's own; 0: unknown.</param>
internal sealed class PopulatedPages(IProcessPages process, ulong zeroFrame)
{
    private const int WordsPerRead = 1 << 15;
    private readonly PageWord[] words = new PageWord[WordsPerRead];

    /// <summary>In the order of addresses.</summary>
    /// <exception cref="Local.Netlink.LinuxException">The process is gone.</exception>
    public void ForEach(Action<ulong, PageWord> each)
    {
        foreach (var area in process.PrivateAreas())
        {
            for (var start = area.Start; start < area.End; start += WordsPerRead * (ulong)PageRange.PageBytes)
            {
                var part = words.AsSpan(0, (int)Math.Min(WordsPerRead, (area.End - start) >> PageRange.PageShift));
                process.Read(start, part);
                for (var i = 0; i < part.Length; i++)
                {
                    if (part[i].IsPopulated && (zeroFrame == 0 || part[i].Frame != zeroFrame)) { each(start + ((ulong)i << PageRange.PageShift), part[i]); }
                }
            }
        }
    }
}
