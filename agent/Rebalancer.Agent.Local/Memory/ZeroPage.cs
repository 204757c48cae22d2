namespace Rebalancer.Agent.Local.Memory;

/// <summary>The page frame that the kernel shows wherever a page was read before it was written: no content of anybody's own.</summary>
internal static class ZeroPage
{
    private static readonly Lazy<ulong> Found = new(Find);

    /// <summary>0 where this process may not know it.</summary>
    public static ulong Frame => Found.Value;

    private static unsafe ulong Find()
    {
        // One page, so that it is not the huge zero page, which the page map shows as a file's.
        var page = AnonymousMemory.Reserve(PageRange.PageBytes);
        try
        {
            AnonymousMemory.MapAt(page, PageRange.PageBytes);
            _ = Volatile.Read(ref *(byte*)page);
            using var pagemap = Pagemap.Open(Environment.ProcessId);
            var word = new PageWord[1];
            pagemap.Read((ulong)page, word);
            return word[0].Frame;
        }
        finally
        {
            AnonymousMemory.Release(page, PageRange.PageBytes);
        }
    }
}
