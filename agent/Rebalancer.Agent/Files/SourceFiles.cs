using Rebalancer.Agent.Files.Trees;
using Rebalancer.Agent.Local.Netlink;
using Rebalancer.Agent.Preflight;
using Rebalancer.Agent.Transfer.Images;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Files;

/// <summary>The files of a pod that leaves: most of them go ahead while it runs, the rest while it is frozen. Not thread-safe.</summary>
/// <param name="images">The move's image folder, from which everything is sent.</param>
/// <param name="proc">Reads which files are mapped.</param>
/// <param name="clock">Wall clock of the node, the one that files' times are from.</param>
internal sealed class SourceFiles(string images, ProcFolder proc, TimeProvider clock) : IDisposable
{
    private readonly List<TreeSender> trees = [];
    private readonly List<LogSender> logs = [];

    /// <summary>Sends everything that lies on disk while the pod runs, so that what does not change costs the freeze nothing but a look.</summary>
    /// <param name="podTrees">As preflight found them.</param>
    /// <param name="containerLogs">The log of each container.</param>
    /// <param name="pids">The pod's processes.</param>
    /// <param name="sender">Sends what is in the image folder.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="MoveException">A tree has become one that cannot be carried.</exception>
    public async Task SendAheadAsync(IReadOnlyList<PodTree> podTrees, IReadOnlyList<ContainerLog> containerLogs, IEnumerable<int> pids, ImageSender sender, CancellationToken cancellation)
    {
        foreach (var tree in podTrees) { Guarded(() => trees.Add(new TreeSender(tree, images))); }
        foreach (var log in containerLogs) { logs.Add(new LogSender(log, images)); }
        await PassAsync((tree, now, mapped) => tree.Ahead(now, mapped), pids, sender, cancellation);
    }

    /// <summary>Sends what has changed since then, while the pod still runs.</summary>
    /// <param name="pids">The pod's processes.</param>
    /// <param name="sender">Sends what is in the image folder.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="MoveException">A tree has become one that cannot be carried.</exception>
    public Task SendAgainAsync(IEnumerable<int> pids, ImageSender sender, CancellationToken cancellation) => PassAsync((tree, now, mapped) => tree.Again(now, mapped), pids, sender, cancellation);

    private async Task PassAsync(Func<TreeSender, DateTimeOffset, MappedFiles, IEnumerable<bool>> pass, IEnumerable<int> pids, ImageSender sender, CancellationToken cancellation)
    {
        var (now, mapped) = (clock.GetUtcNow(), MappedFiles.Of(proc, pids));
        foreach (var tree in trees)
        {
            using var steps = pass(tree, now, mapped).GetEnumerator();
            while (await Task.Run(() => Guarded(steps.MoveNext), cancellation)) { await sender.SendAheadAsync(cancellation); }
        }
        foreach (var log in logs) { log.Copy(); }
        await sender.SendAheadAsync(cancellation);
    }

    /// <summary>Writes the rest. The pod must be frozen; the logs are read last, when the dump has given the runtime time to write what the pod said before.</summary>
    public Task CollectAsync(IReadOnlyCollection<int> pids, Task dumped, CancellationToken cancellation) => Task.Run(
        async () =>
        {
            var mapped = MappedFiles.Of(proc, pids);
            foreach (var tree in trees) { Guarded(() => tree.Rest(mapped, cancellation)); }
            await dumped;
            foreach (var log in logs) { log.Copy(); }
        },
        cancellation);

    public void Dispose()
    {
        foreach (var tree in trees) { tree.Dispose(); }
        foreach (var log in logs) { log.Dispose(); }
    }

    private static void Guarded(Action action) => Guarded(() =>
    {
        action();
        return true;
    });

    private static bool Guarded(Func<bool> action)
    {
        try
        {
            return action();
        }
        catch (LinuxException e)
        {
            throw new MoveException(Reasons.CheckpointFailed, $"the pod's files cannot be read: {e.Message}", inner: e);
        }
    }
}
