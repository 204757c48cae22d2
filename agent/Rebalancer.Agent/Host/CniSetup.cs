using System.Net;
using Rebalancer.Agent.Local;
using Rebalancer.Agent.Network.Addresses;

namespace Rebalancer.Agent.Host;

/// <summary>The node's network, where it was asked that pods keep their addresses: rebalancer-ipam in the configuration, and where containerd finds it. containerd takes such a change up by itself.</summary>
internal sealed class CniSetup(ContainerdDump dump, TextWriter log)
{
    /// <summary>CNI reads *.conf, *.conflist and *.json, so the original is out of its sight under this.</summary>
    private const string OriginalEnding = ".before-rebalancer";
    private string ConfigFolder => dump.Text("conf_dir", "plugins", dump.Plugin!, "cni") is { Length: > 0 } folder ? folder : NodePaths.UsualNetworkFolder;

    /// <summary>The range of the node's own network, if that is one whose pods can take their addresses to other nodes; else it is left alone, and said why.</summary>
    public void Keep(IPAddress nodeAddress)
    {
        if (NodeAddressing.FileIn(ConfigFolder) is not { } file)
        {
            log.WriteLine($"there is no CNI network in {ConfigFolder} yet: its pods cannot move");
            return;
        }

        var (range, why) = CniConflist.Find(file, Original(file), nodeAddress);
        if (range is null) { log.WriteLine($"{file} is left alone, and its pods cannot move: {why}"); }
        Apply(range);
    }

    /// <exception cref="InstallException">The network is none that this can be done to; it is as it was.</exception>
    public void Apply(PodRange? range)
    {
        if (range is null)
        {
            Undo();
            return;
        }

        var file = NodeAddressing.FileIn(ConfigFolder) ?? throw new InstallException($"there is no CNI network in {ConfigFolder} yet");
        var original = Original(file);
        var wanted = CniConflist.Rewrite(file, original, range);
        if (ConfigFolder != NodePaths.UsualNetworkFolder) { ProgramFile.Link(NodePaths.NetworkFolder, ConfigFolder); }
        foreach (var folder in BinFolders()) { ProgramFile.Link($"{folder}/{Path.GetFileName(NodePaths.Ipam)}", NodePaths.Ipam); }
        if (File.ReadAllText(file) == wanted) { return; }
        if (!File.Exists(file + OriginalEnding)) { File.Copy(file, file + OriginalEnding); }
        Replace(file, wanted);
        log.WriteLine($"{file}: pods get their addresses from rebalancer-ipam, range {range.Start} to {range.End}");
    }

    private static string Original(string file) => File.ReadAllText(File.Exists(file + OriginalEnding) ? file + OriginalEnding : file);

    /// <summary>Puts the original back.</summary>
    public void Undo()
    {
        foreach (var original in Directory.Exists(ConfigFolder) ? Directory.GetFiles(ConfigFolder, "*" + OriginalEnding) : [])
        {
            File.Move(original, original[..^OriginalEnding.Length], overwrite: true);
            log.WriteLine($"{original[..^OriginalEnding.Length]} is what it was");
        }

        foreach (var link in BinFolders().Select(folder => $"{folder}/{Path.GetFileName(NodePaths.Ipam)}").Where(each => new FileInfo(each).LinkTarget == NodePaths.Ipam)) { File.Delete(link); }
    }

    private IEnumerable<string> BinFolders()
    {
        var several = dump.Texts("bin_dirs", "plugins", dump.Plugin!, "cni");
        return several.Count > 0 ? several.Where(Directory.Exists).Take(1) : dump.Text("bin_dir", "plugins", dump.Plugin!, "cni") is { Length: > 0 } one ? [one] : [];
    }

    private static void Replace(string path, string text)
    {
        var next = $"{path}.{Environment.ProcessId}";
        File.WriteAllText(next, text);
        File.Move(next, path, overwrite: true);
    }
}
