using System.Text.RegularExpressions;
using Rebalancer.Agent.Local;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Host;

/// <summary>One way to have containerd know our runtime handler.</summary>
/// <param name="MainText">Content of the main configuration file.</param>
/// <param name="DropIn">Path of a file of ours that the main one imports; null: none is needed.</param>
/// <param name="DropInText">Its content.</param>
internal sealed record HandlerConfig(string MainText, string? DropIn, string DropInText)
{
    public const string DropInName = "rebalancer.toml";

    /// <summary>
    /// From the least intrusive to what always works. Older versions of containerd let an imported file replace a plugin's whole section, so the one that is
    /// taken is the first after which everything else reads as before.
    /// </summary>
    /// <param name="mainPath">The main file.</param>
    /// <param name="mainText">Its content, without anything of ours; empty: there is none.</param>
    /// <param name="dump">What containerd made of it.</param>
    public static IEnumerable<HandlerConfig> Choices(string mainPath, string mainText, ContainerdDump dump)
    {
        var version = Version(mainText, dump);
        var dropInText = $"# Made by the installation of rebalancer, which also removes it.\nversion = {version}\n{Handler(dump)}";
        var head = HeadOf(mainText);
        if (ImportsOf(head) is not { } imports)
        {
            // Only where the main file says nothing of its own version does the block need to.
            var lines = head.Contains("version", StringComparison.Ordinal) ? "" : $"version = {version}\n";
            var dropIn = $"{Path.GetDirectoryName(mainPath)}/conf.d/{DropInName}";
            yield return new HandlerConfig(MarkedBlock.Of($"{lines}imports = [\"{dropIn}\"]") + mainText, dropIn, dropInText);
        }
        else if (imports.FirstOrDefault(each => each.EndsWith("/*.toml", StringComparison.Ordinal)) is { } folder)
        {
            var absolute = Path.IsPathFullyQualified(folder) ? folder : Path.Combine(Path.GetDirectoryName(mainPath)!, folder);
            yield return new HandlerConfig(mainText, $"{Path.GetDirectoryName(absolute)}/{DropInName}", dropInText);
        }

        yield return new HandlerConfig(mainText + (mainText.Length == 0 || mainText.EndsWith('\n') ? "" : "\n") + MarkedBlock.Of(Handler(dump)), null, "");
    }

    /// <summary>Folders whose files the main one imports.</summary>
    public static IEnumerable<string> ImportFolders(string mainText) =>
        (ImportsOf(HeadOf(mainText)) ?? []).Where(each => each.EndsWith("/*.toml", StringComparison.Ordinal)).Select(each => Path.GetDirectoryName(each)!);

    private static string Handler(ContainerdDump dump)
    {
        var table = $"plugins.'{dump.Plugin}'.containerd.runtimes.{Names.RuntimeHandler}";
        var systemd = dump.HandlerOption(dump.DefaultHandler, "SystemdCgroup") ?? dump.HandlerOption("runc", "SystemdCgroup") ?? "false";
        return $"""
            [{table}]
            runtime_type = "io.containerd.runc.v2"
            pod_annotations = ["{Names.Group}/*"]
            container_annotations = ["{Names.Group}/*", "io.kubernetes.container.*"]
            [{table}.options]
            BinaryName = "{NodePaths.RuncWrapper}"
            SystemdCgroup = {systemd}

            """;
    }

    /// <summary>Keys before the first table.</summary>
    private static string HeadOf(string text) => string.Join('\n', text.Split('\n').TakeWhile(line => !line.TrimStart().StartsWith('[') || line.TrimStart().StartsWith("[]", StringComparison.Ordinal)));

    private static string[]? ImportsOf(string head) => Regex.Match(head, @"^\s*imports\s*=\s*\[(?<list>[^\]]*)\]", RegexOptions.Multiline) is { Success: true } match
        ? [.. match.Groups["list"].Value.Split(',').Select(each => each.Trim(' ', '\t', '\n', '\r', '"', '\'')).Where(each => each.Length > 0)] : null;

    private static string Version(string mainText, ContainerdDump dump) => Regex.Match(HeadOf(mainText), @"^\s*version\s*=\s*(\d+)", RegexOptions.Multiline) is { Success: true } match
        ? match.Groups[1].Value : dump.Text("version") ?? "2";
}
