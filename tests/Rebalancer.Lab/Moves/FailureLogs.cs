using System.Text.Json;
using System.Text.Json.Serialization;
using k8s;
using Rebalancer.Lab.Nodes;

namespace Rebalancer.Lab.Moves;

/// <summary>Keeps what explains a failed run: the logs of every process, CRIU's logs, and the objects as they were. No checkpoint images: these hold the pods' memory.</summary>
internal static class FailureLogs
{
    private static readonly string[] NodeFolders = ["/run/rebalancer", "/var/lib/rebalancer", "/var/log/pods"];
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <returns>The folder.</returns>
    public static async Task<string> CollectAsync(LabCluster cluster, string folder, CancellationToken cancel)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Directory.CreateDirectory(folder);
        Copy(cluster.LogFolder, folder, _ => true);
        foreach (var node in cluster.Nodes)
        {
            CopyNode(node, $"{folder}/{node.Name}");
        }

        await WriteAsync($"{folder}/migrations.json", await new MigrationApi(cluster.Client, cluster.Options.Time).ListAsync(cancel), cancel);
        await WriteAsync($"{folder}/pods.json", (await cluster.Client.CoreV1.ListPodForAllNamespacesAsync(cancellationToken: cancel)).Items, cancel);
        await WriteAsync($"{folder}/nodes.json", (await cluster.Client.CoreV1.ListNodeAsync(cancellationToken: cancel)).Items, cancel);
        await WriteAsync($"{folder}/events.json", (await cluster.Client.CoreV1.ListEventForAllNamespacesAsync(cancellationToken: cancel)).Items, cancel);
        return folder;
    }

    private static void CopyNode(LabNode node, string folder)
    {
        foreach (var nodeFolder in NodeFolders.Where(nodeFolder => Directory.Exists(node.Root + nodeFolder)))
        {
            Copy(node.Root + nodeFolder, folder + nodeFolder, file => Path.GetExtension(file) is ".log" or ".conf");
        }
    }

    private static void Copy(string from, string to, Func<string, bool> wanted)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true }).Where(wanted))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private static Task WriteAsync<T>(string file, T content, CancellationToken cancel) => File.WriteAllTextAsync(file, JsonSerializer.Serialize(content, Json), cancel);
}
