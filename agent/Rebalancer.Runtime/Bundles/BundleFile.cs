namespace Rebalancer.Runtime.Bundles;

/// <summary>The bundle's config.json on disk.</summary>
internal static class BundleFile
{
    /// <summary>Replaces the file as a whole, with its mode: whoever reads it sees the old or the new one.</summary>
    public static void Replace(string path, byte[] content)
    {
        var next = path + ".rebalancer";
        File.WriteAllBytes(next, content);
        File.SetUnixFileMode(next, File.GetUnixFileMode(path));
        File.Move(next, path, overwrite: true);
    }
}
