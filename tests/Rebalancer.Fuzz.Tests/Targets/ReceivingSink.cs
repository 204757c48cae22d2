using System.IO.Hashing;
using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Files;
using Rebalancer.Agent.Files.Trees;
using Rebalancer.Agent.Local;
using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Restore;
using Rebalancer.Agent.Transfer;
using Rebalancer.Agent.Transfer.Images;
using Rebalancer.Fuzz.Tests.Harness;

namespace Rebalancer.Fuzz.Tests.Targets;

/// <summary>Takes a stream as a move's target does, without the move.</summary>
internal sealed class ReceivingSink : IMoveSink, IDisposable
{
    private const string Container = "redis";
    private readonly string images, pages, tree;
    private readonly ImageReceiver receiver;
    private readonly Dictionary<string, ArrivingTree> trees = new(StringComparer.Ordinal);
    private LateStore? late;
    private bool isStored;

    public ReceivingSink(string folder)
    {
        (images, pages, tree) = (PrivateFolder.Create(Path.Combine(folder, "images")), Path.Combine(folder, "pages"), Path.Combine(folder, "tree"));
        Directory.CreateDirectory(Path.Combine(images, Container));
        Directory.CreateDirectory(Path.Combine(images, "_files"));
        receiver = new ImageReceiver(images, [Container, "_files"], pages, 0, Taker);
    }

    public void Open(Hello hello, Action<MoveReply> reply) => throw new NotSupportedException();

    public void Take(MoveFrame frame) => throw new NotSupportedException();

    public void Write(string path, long offset, ReadOnlySpan<byte> data) => Open().Write(path, offset, data);

    public bool WritePages(string process, ulong address, ReadOnlySpan<byte> data)
    {
        if (late is not { } store)
        {
            Open().WritePages(process, address, data);
            return true;
        }
        if (ProcessName.TryParse(process) is not { Container: Container } name) { throw new TransferException("late pages of a process came that is none of the pod's"); }
        store.Write(name.Pid, address, data);
        return !store.IsComplete;
    }

    public void Announce(string process, PageRange range) => Open().Announce(process, range);

    public bool Store(Manifest manifest)
    {
        Open().Complete(manifest);
        isStored = true;
        RestoredMappings.ReserveNothing(Path.Combine(images, Container));
        CheckFiles(manifest);
        late = LateStore.TryOpen(Path.Combine(pages, Container));
        return late is { IsComplete: false };
    }

    public Task CloseAsync(Exception? fault, CancellationToken cancellation) => Task.CompletedTask;

    public void Dispose()
    {
        receiver.Dispose();
        late?.Dispose();
        foreach (var each in trees.Values) { each.Dispose(); }
    }

    private ImageReceiver Open() => isStored ? throw new TransferException("after the manifest") : receiver;

    private TakePiece? Taker(string path, long maximumBytes)
    {
        if (!path.StartsWith("_files/files-", StringComparison.Ordinal)) { return null; }
        var name = TreeName.Parse(Path.GetFileName(path)) ?? throw new TransferException("no tree of a pod");
        if (trees.Count >= FileLimits.Trees) { throw new TransferException("too many trees"); }
        trees.Add(path, new ArrivingTree(name, PrivateFolder.Create(Path.Combine(tree, name.FileName)), maximumBytes));
        return trees[path].Take;
    }

    /// <summary>What the manifest lists is there, and nothing else.</summary>
    private void CheckFiles(Manifest manifest)
    {
        foreach (var path in Directory.EnumerateFiles(images, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(images, path);
            if (Path.GetFileName(name).StartsWith("mm-", StringComparison.Ordinal)) { continue; }
            var listed = manifest.Files.FirstOrDefault(each => each.Path == name) ?? throw new BrokenRuleException($"'{name}' was stored and is not in the manifest");
            if (XxHash3.HashToUInt64(File.ReadAllBytes(path)) != listed.XxHash3) { throw new BrokenRuleException($"'{name}' is not what the manifest lists"); }
        }
    }
}
