using Rebalancer.Agent.Files.Native;

namespace Rebalancer.Agent.Files.Trees;

/// <summary>
/// What was sent of a tree while its pod still ran: whoever has changed a file since, has changed its change time, which nobody can set. Two things are not
/// told by it, so that such files count as changed: a change within the clock's tick, and writes to a page that was mapped and dirty already.
/// </summary>
internal sealed class TreeSnapshot(DateTimeOffset begun, MappedFiles mapped)
{
    /// <summary>Far above the kernel's tick of 1 to 10 ms.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(1);
    private readonly Dictionary<string, FileFacts?> sent = new(StringComparer.Ordinal);

    public IEnumerable<string> Paths => sent.Keys;

    public void Add(string path, FileFacts facts)
    {
        var isCertain = facts.Changed.Instant < begun - Settled && facts.Modified.Instant < begun - Settled && !mapped.MayBe(path, facts);
        sent[path] = isCertain ? facts with { Links = 0 } : null;
    }

    public bool IsUnchanged(string path, FileFacts now, MappedFiles mappedNow) =>
        sent.TryGetValue(path, out var before) && before is { } known && known == now with { Links = 0 } && !mappedNow.MayBe(path, now);
}
