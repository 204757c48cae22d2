using Rebalancer.Agent.Local;
using Rebalancer.Runtime.Bundles;

namespace Rebalancer.Runtime.Containers;

/// <summary>Files whose existence is the message.</summary>
internal static class Markers
{
    public static string Consumed(RuntimeHost host, BundleConfig config) => Path.Combine(host.ConsumedFolder, $"{config.PodUid}_{config.ContainerName}");

    public static string Restored(RuntimeHost host, string containerId) => Path.Combine(host.RestoredFolder, containerId);

    public static string Parked(RuntimeHost host, string containerId) => Path.Combine(host.ParkedFolder, containerId);

    public static void Touch(string path)
    {
        PrivateFolder.Create(Path.GetDirectoryName(path)!);
        using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write);
        file.Flush(flushToDisk: true);
    }
}
