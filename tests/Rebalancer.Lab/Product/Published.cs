using Rebalancer.Lab.Host;

namespace Rebalancer.Lab.Product;

/// <summary>Where the repository is and the programs that `make publish` left there.</summary>
public static class Published
{
    private const string Marker = "Rebalancer.sln";

    /// <summary>Root of the work tree that this program was built in.</summary>
    /// <exception cref="LabException">It does not lie in one.</exception>
    public static string Repository { get; } = Find();

    public static string Folder => $"{Repository}/artifacts/publish";

    public static string CrdFolder => $"{Repository}/manifests/crds";

    /// <summary>What the agents' writes, and pods that take a moving pod's name, are held to.</summary>
    public static IReadOnlyList<string> PolicyFiles => [$"{Repository}/manifests/base/agent/policy.yaml", $"{Repository}/manifests/base/descheduler/gate-policy.yaml"];

    /// <exception cref="LabException">Something is not published.</exception>
    public static void EnsureComplete()
    {
        string[] programs = ["agent/Rebalancer.Agent", "descheduler/Rebalancer.Descheduler.dll", "bin/rebalancer-runc", "bin/rebalancer-ipam"];
        var missing = programs.Where(program => !File.Exists($"{Folder}/{program}")).ToArray();
        if (missing.Length > 0)
        {
            throw new LabException($"not published in {Folder}: {string.Join(", ", missing)}; run make publish");
        }
    }

    private static string Find()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder.TrimEnd('/')))
        {
            if (File.Exists($"{folder}/{Marker}"))
            {
                return folder.TrimEnd('/');
            }
        }

        throw new LabException($"no {Marker} above {AppContext.BaseDirectory}: the lab needs its work tree");
    }
}
