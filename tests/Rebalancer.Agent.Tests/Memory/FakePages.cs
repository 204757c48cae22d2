using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Local.Netlink;
using Rebalancer.Agent.Memory;

namespace Rebalancer.Agent.Tests.Memory;

/// <summary>A process whose page map is what the test says, by page number.</summary>
internal sealed class FakePages(PageRange[] areas) : IProcessPages
{
    private bool isStopped;

    public Dictionary<ulong, ulong> Words { get; } = [];

    /// <summary>Takes this long a stop.</summary>
    public TimeSpan Stop { get; set; } = TimeSpan.FromMilliseconds(1);

    /// <summary>So many attempts to stop it fail.</summary>
    public int Busy { get; set; }

    public int Clears { get; private set; }

    public TimeSpan WhileStopped(Action action)
    {
        if (Busy-- > 0) { throw new LinuxException("stop", Errno.Busy); }
        isStopped = true;
        action();
        isStopped = false;
        return Stop;
    }

    public IReadOnlyList<PageRange> PrivateAreas() => areas;

    public void Read(ulong start, Span<PageWord> words)
    {
        for (var i = 0; i < words.Length; i++) { words[i] = new PageWord(Words.GetValueOrDefault((start >> PageRange.PageShift) + (ulong)i)); }
    }

    public void ClearSoftDirty()
    {
        // What is written between a look and the clearing would be lost.
        Assert.True(isStopped);
        Clears++;
        foreach (var page in Words.Keys.ToList()) { Words[page] &= ~PageWord.SoftDirty; }
    }
}
