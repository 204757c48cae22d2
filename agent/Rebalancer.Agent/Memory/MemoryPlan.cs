using Rebalancer.Agent.Local.Criu.Images;
using Rebalancer.Agent.Local.Memory;

namespace Rebalancer.Agent.Memory;

/// <summary>What becomes of the pages of one frozen process. Pure.</summary>
/// <param name="Lazy">At the target's page server; cut at the borders of mappings.</param>
/// <param name="Unsent">Of these: what the target does not have as it is now.</param>
/// <param name="Eager">To be in CRIU's own images: whatever CRIU does not leave to a page server.</param>
internal sealed record MemoryPlan(IReadOnlyList<PageRange> Lazy, IReadOnlyList<PageRange> Unsent, IReadOnlyList<PageRange> Eager)
{
    /// <param name="areas">As CRIU has dumped them: its view decides what it will ask the page server for.</param>
    /// <param name="populated">Ascending.</param>
    /// <param name="clean">Pages that the target has as they are now.</param>
    public static MemoryPlan Of(IReadOnlyList<ImageArea> areas, IReadOnlyList<PageRange> populated, PageSet clean)
    {
        var inOrder = areas.OrderBy(area => area.Range.Start).ToList();
        var lazy = Ranges.Intersect(populated, [.. inOrder.Where(area => area.CanBeLazy).Select(area => area.Range)]).ToList();
        var eager = Ranges.Intersect(populated, [.. inOrder.Where(area => area.IsPrivate && !area.CanBeLazy).Select(area => area.Range)]).ToList();
        return new MemoryPlan(lazy, [.. lazy.SelectMany(clean.Missing)], eager);
    }
}
