using Rebalancer.Agent.Local.Memory;

namespace Rebalancer.Agent.Tests.Memory;

/// <summary>A process of 1,000 pages from page 100 on, of which those are there that have a content: one byte, all over the page.</summary>
internal sealed class FakeMemory
{
    private const ulong FirstPage = 100, EndPage = 1100;

    public FakePages Pages { get; } = new([new PageRange(FirstPage << PageRange.PageShift, EndPage << PageRange.PageShift)]);

    public Dictionary<ulong, byte> Contents { get; } = [];

    /// <summary>Happens whenever the memory is read.</summary>
    public Action OnRead { get; set; } = () => { };

    /// <summary>Writes a page.</summary>
    public byte this[ulong page]
    {
        set
        {
            Pages.Words[page] = PageWord.Present | page;
            Contents[page] = value;
        }
    }

    public static byte[] Page(byte content) => [.. Enumerable.Repeat(content, PageRange.PageBytes)];

    public int Read(ulong address, Span<byte> buffer)
    {
        OnRead();
        var page = address >> PageRange.PageShift;
        for (var at = 0; at < buffer.Length; at += PageRange.PageBytes, page++)
        {
            if (!Contents.TryGetValue(page, out var content)) { return at; }
            buffer.Slice(at, PageRange.PageBytes).Fill(content);
        }
        return buffer.Length;
    }
}
