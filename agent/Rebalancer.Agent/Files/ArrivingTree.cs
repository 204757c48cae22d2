using Rebalancer.Agent.Files.Archive;
using Rebalancer.Agent.Files.Native;
using Rebalancer.Agent.Files.Trees;
using Rebalancer.Agent.Local.Netlink;
using Rebalancer.Agent.Preflight;
using Rebalancer.Agent.Transfer;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Files;

/// <summary>A tree that is being received into its staging folder.</summary>
internal sealed class ArrivingTree : IDisposable
{
    private readonly string fileName;
    private readonly OpenFolder folder;
    private readonly TreeWriter writer;
    private readonly ArchiveParser parser;

    public ArrivingTree(TreeName name, string path, long maximumBytes)
    {
        fileName = name.FileName;
        folder = OpenFolder.Open(path);
        writer = new TreeWriter(folder, name.Kind, maximumBytes);
        parser = new ArchiveParser(writer);
    }

    public bool IsComplete => parser.IsComplete;

    /// <exception cref="TransferException">What came breaks a rule.</exception>
    /// <exception cref="MoveException">This node has no room for it.</exception>
    public void Take(ReadOnlySpan<byte> piece)
    {
        try
        {
            parser.Push(piece);
        }
        catch (LinuxException e) when (e.Errno == Errno.NoSpace)
        {
            throw new MoveException(Reasons.TargetNoRoom, $"{fileName}: {e.Message}", inner: e);
        }
        catch (Exception e) when (e is ArchiveException or LinuxException)
        {
            throw new TransferException($"{fileName}: {e.Message}");
        }
    }

    public void Dispose()
    {
        writer.Dispose();
        folder.Dispose();
    }
}
