namespace Rebalancer.Policy.Cost.Catalogue;

/// <summary>Tables that ship inside the program: lines of fields parted by commas, a header, and comments with # that name the source.</summary>
internal static class EmbeddedTable
{
    public static string[] Header(string name) => Lines(name)[0].Split(',');

    public static IEnumerable<string[]> Read(string name) => Lines(name).Skip(1).Select(l => l.Split(','));

    private static List<string> Lines(string name)
    {
        using var stream = typeof(EmbeddedTable).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"the program lacks its table {name}");
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => !l.StartsWith('#'))];
    }
}
