namespace Rebalancer.Runtime.Tests.Published;

/// <summary>The native programs as a node runs them. `make publish` puts them there.</summary>
internal static class PublishedPrograms
{
    public static string Runc => Find("rebalancer-runc");
    public static string Ipam => Find("rebalancer-ipam");

    private static string Find(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Rebalancer.sln"))) { folder = folder.Parent; }
        var path = Path.Combine(folder?.FullName ?? "/", "artifacts/publish/bin", name);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is missing: run `make publish` first; these tests start the published programs", path);
    }
}
