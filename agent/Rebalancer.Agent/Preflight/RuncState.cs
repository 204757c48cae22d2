using System.Text.Json;
using Rebalancer.Agent.Local;

namespace Rebalancer.Agent.Preflight;

/// <summary>What runc's state.json says of one container. Read directly: starting runc for it would cost 30 ms.</summary>
/// <param name="CgroupPath">Folder of the freezer: of the version 1 freezer hierarchy where there is one, else of version 2.</param>
/// <param name="Annotations">The OCI annotations (runc keeps them as labels), "bundle" among them.</param>
internal sealed record RuncState(string Id, int InitPid, ulong InitStart, string CgroupPath, IReadOnlyDictionary<string, string> Annotations)
{
    public const string FileName = "state.json";
    private const int MaximumBytes = 4 * 1024 * 1024;

    /// <summary>Folder of version 1's cpu hierarchy, or of version 2; empty where there is none.</summary>
    public string CpuCgroup { get; init; } = "";

    /// <summary>Folder of version 1's cpuacct hierarchy, or of version 2; empty where there is none.</summary>
    public string AccountingCgroup { get; init; } = "";

    public string Annotation(string key) => Annotations.TryGetValue(key, out var value) ? value : "";

    public string PodUid => Annotation("io.kubernetes.cri.sandbox-uid");
    public string ContainerType => Annotation("io.kubernetes.cri.container-type");
    public string ContainerName => Annotation("io.kubernetes.cri.container-name");
    public string Bundle => Annotation("bundle");

    /// <summary>containerd's shim calls our wrapper for this container, and no runc of its own: it keeps the program's name beside the bundle.</summary>
    public bool IsWrapped
    {
        get
        {
            try
            {
                return Path.GetFileName(File.ReadAllText(Path.Combine(Bundle, "runtime")).Trim()) == Path.GetFileName(NodePaths.RuncWrapper);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }

    /// <returns>Null: the container is gone, or the file is none of runc's.</returns>
    public static RuncState? TryRead(string folder)
    {
        try
        {
            var file = new FileInfo(Path.Combine(folder, FileName));
            return file.Exists && file.Length <= MaximumBytes ? Parse(File.ReadAllBytes(file.FullName)) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    public static RuncState? Parse(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        if (!root.TryGetProperty("id", out var id) || !root.TryGetProperty("init_process_pid", out var pid) || !root.TryGetProperty("init_process_start", out var start)) { return null; }
        return new RuncState(id.GetString() ?? "", pid.GetInt32(), start.GetUInt64(), Cgroup(root, "freezer"), Labels(root)) { CpuCgroup = Cgroup(root, "cpu"), AccountingCgroup = Cgroup(root, "cpuacct") };
    }

    private static string Cgroup(JsonElement root, string controller)
    {
        if (!root.TryGetProperty("cgroup_paths", out var paths) || paths.ValueKind != JsonValueKind.Object) { return ""; }
        if (paths.TryGetProperty(controller, out var version1)) { return version1.GetString() ?? ""; }
        return paths.TryGetProperty("", out var version2) ? version2.GetString() ?? "" : "";
    }

    private static Dictionary<string, string> Labels(JsonElement root)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!root.TryGetProperty("config", out var config) || !config.TryGetProperty("labels", out var labels) || labels.ValueKind != JsonValueKind.Array) { return all; }
        foreach (var label in labels.EnumerateArray())
        {
            var text = label.GetString() ?? "";
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0) { all[text[..equals]] = text[(equals + 1)..]; }
        }
        return all;
    }
}
