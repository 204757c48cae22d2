using Rebalancer.Agent.Memory;

namespace Rebalancer.Agent.Tests.Memory;

/// <summary>The tracker that the probe finds on the kernel that the tests run on, tried with the published wrapper.</summary>
internal static class TrackerOfThisNode
{
    public static string Wrapper { get; } = Find();

    public static async Task<TrackerKind> FindAsync()
    {
        var chosen = await TrackerChoice.ChooseAsync(TrackerKind.By(Wrapper), kind => TrackerChoice.FindObstacleAsync(kind, Wrapper, TimeProvider.System, CancellationToken.None));
        return chosen.Kind ?? throw new InvalidOperationException($"no tracker works here: {chosen.Reason}");
    }

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Rebalancer.sln"))) { folder = folder.Parent; }
        var path = Path.Combine(folder?.FullName ?? "/", "artifacts/publish/bin/rebalancer-runc");
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is missing: run `make publish` first; the probe starts the published program", path);
    }
}
