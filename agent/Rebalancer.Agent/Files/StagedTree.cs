using Rebalancer.Agent.Files.Native;
using Rebalancer.Agent.Files.Trees;
using Rebalancer.Agent.Local.Netlink;
using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Files;

/// <summary>One staged tree, and where it was given to: a restore that is tried again finds its files in place, or takes them from the place of the try before.</summary>
internal sealed class StagedTree(TreeName name, string folder)
{
    private readonly PodTree tree = new(name, Path.Combine(folder, "tree"), new HashSet<string>(), $"the staged {name.FileName}");

    /// <summary>Made by the receiver, before the first file comes.</summary>
    public string TreeFolder => tree.Path;

    private string GivenMarker => Path.Combine(folder, "given");

    /// <returns>False: it has been there already.</returns>
    /// <exception cref="MoveException">The place cannot be filled.</exception>
    public bool GiveTo(string place)
    {
        var given = File.Exists(GivenMarker) ? File.ReadAllText(GivenMarker) : null;
        if (given == place) { return false; }
        try
        {
            using var to = OpenFolder.Open(place);
            using var from = OpenFolder.Open(given ?? tree.Path);
            if (given is null) { TreeMove.Move(from, to, tree); }
            else { TreeMove.Copy(from, to, tree); }
        }
        catch (LinuxException e)
        {
            throw new MoveException(e.Errno == Errno.NoSpace ? Reasons.TargetNoRoom : Reasons.RestoreFailed, $"{tree.Shown} cannot be given to {place}: {e.Message}", inner: e);
        }
        File.WriteAllText(GivenMarker, place);
        return true;
    }
}
