using System.Globalization;

namespace Rebalancer.Agent.Files;

/// <summary>The log of a container on this node, as kubelet names it and `kubectl logs` shows it.</summary>
/// <param name="Container">Name of the container.</param>
/// <param name="Folder">Its folder of logs.</param>
internal sealed record ContainerLog(string Container, string Folder)
{
    public const string Pattern = "log-*";

    public string FileName => "log-" + Container;

    /// <summary>The file of the container's newest start; null when it has none.</summary>
    public string? Path()
    {
        if (!Directory.Exists(Folder)) { return null; }
        var newest = Directory.EnumerateFiles(Folder, "*.log")
            .Select(path => int.TryParse(System.IO.Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var attempt) ? attempt : -1)
            .DefaultIfEmpty(-1).Max();
        return newest < 0 ? null : System.IO.Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"{newest}.log"));
    }
}
