namespace Rebalancer.Agent.Local.Memory;

/// <summary>
/// Which pages of a store were still to come when the rest of it was complete, and which of them have come since: two files beside the store, so that a
/// restarted agent, or the page server of a second restore, knows what is there. Neither outlives the node, as the store does not.
/// </summary>
internal static class LatePagesFile
{
    /// <summary>Written once, before the restore.</summary>
    public const string LateName = "pages.late";
    /// <summary>Appended to when pages are in the store.</summary>
    public const string CameName = "pages.came";

    public static void Write(string folder, IReadOnlyList<LatePages> late) => File.WriteAllBytes(Path.Combine(folder, LateName), LatePages.ToBytes(late));

    /// <returns>Empty where there are none. A last entry that was not written to its end does not count.</returns>
    public static IReadOnlyList<LatePages> Read(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        return File.Exists(path) ? LatePages.ReadAll(File.ReadAllBytes(path)) : [];
    }
}
