using Rebalancer.Agent.Local.Memory;

namespace Rebalancer.Runtime.Pages;

/// <summary>Which addresses of a restored process its images know by others, because it has moved the mapping since (mremap). Pure.</summary>
internal sealed class AddressMoves
{
    private readonly List<(PageRange Now, ulong Image)> moved = [];

    public AddressMoves()
    {
    }

    private AddressMoves(IEnumerable<(PageRange, ulong)> moved) => this.moved = [.. moved];

    public AddressMoves Copy() => new(moved);

    public void Move(ulong from, ulong to, ulong length)
    {
        // Later entries count first. The pieces of the range may come from different places.
        var pieces = new List<(PageRange, ulong)>();
        for (var at = from; at < from + length; at += PageRange.PageBytes)
        {
            var image = ImageOf(at);
            if (pieces.Count > 0 && pieces[^1] is var (last, start) && start + last.Bytes == image) { pieces[^1] = (last with { End = last.End + PageRange.PageBytes }, start); }
            else { pieces.Add((new PageRange(to + (at - from), to + (at - from) + PageRange.PageBytes), image)); }
        }
        moved.AddRange(pieces);
    }

    public ulong ImageOf(ulong address)
    {
        for (var i = moved.Count - 1; i >= 0; i--)
        {
            var (now, image) = moved[i];
            if (now.Contains(address)) { return image + (address - now.Start); }
        }
        return address;
    }

    /// <summary>Where pages of the images are now. Those that were unmapped since are not asked for here: whoever fills them knows which are missing.</summary>
    public IEnumerable<ulong> NowOf(ulong image)
    {
        if (ImageOf(image) == image) { yield return image; }
        foreach (var (now, start) in moved)
        {
            if (image < start || image - start >= now.Bytes) { continue; }
            var address = now.Start + (image - start);
            if (ImageOf(address) == image) { yield return address; }
        }
    }
}
