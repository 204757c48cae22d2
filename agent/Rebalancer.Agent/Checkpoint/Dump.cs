using Rebalancer.Agent.Local;
using Rebalancer.Agent.Local.Cgroups;
using Rebalancer.Agent.Local.Criu;
using Rebalancer.Agent.Local.Criu.Images;
using Rebalancer.Agent.Local.Netlink;
using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Checkpoint;

/// <summary>
/// One `runc checkpoint` of one container. Started before the freeze: with our CRIU configuration CRIU's pre-dump script asks the agent when to go on, so
/// that the starts of runc and criu cost the container nothing. A container of plain runc has no such configuration and is dumped from the start.
/// </summary>
internal sealed class Dump : IDisposable
{
    private const string Step = "dump", Network = "--network", DumpedName = "dumped", TreeImage = "pstree.img", CgroupImage = "cgroup.img";
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(1);
    private readonly Child child;
    private readonly MoveFolder folder;
    private readonly string container;
    private CriuWatch? watch;

    private Dump(Child child, MoveFolder folder, string container)
    {
        this.child = child;
        this.folder = folder;
        this.container = container;
    }

    /// <summary>Whether CRIU of this container waits for the agent at pre-dump.</summary>
    public static bool AsksBeforeDump(RuncState container) =>
        container.Annotation(CriuConfiguration.Annotation) == CriuConfiguration.PathOf(NodePaths.CriuFolder, container.Id);

    /// <summary>Makes the folders of images and logs, and CRIU's configuration.</summary>
    /// <param name="folder">Of the move.</param>
    /// <param name="container">To be dumped.</param>
    /// <param name="watched">Paths of what its processes watch, where CRIU cannot find them.</param>
    public static void Prepare(MoveFolder folder, RuncState container, IReadOnlyDictionary<InodeKey, string> watched)
    {
        PrivateFolder.Create(folder.ImagesOf(container.ContainerName));
        PrivateFolder.Create(folder.Work(Step, container.ContainerName));
        PrivateFolder.Create(MappingsOf(folder, container));
        InodeCacheImage.Write(folder.Work(Step, container.ContainerName), watched.Select(each => (each.Key.Device, each.Key.Inode, each.Value)));
        if (AsksBeforeDump(container)) { CriuConfiguration.Write(CriuConfiguration.PathOf(NodePaths.CriuFolder, container.Id), CriuConfiguration.Held(NodePaths.CriuScript)); }
    }

    /// <summary>Folder for what stands in for smaps of the container's processes.</summary>
    public static string MappingsOf(MoveFolder folder, RuncState container) => Path.Combine(folder.Work(Step, container.ContainerName), "mappings");

    /// <param name="options">Where runc is.</param>
    /// <param name="folder">For images and logs.</param>
    /// <param name="container">To be dumped.</param>
    /// <param name="inPodNetwork">
    /// Runs CRIU in the pod's network namespace. It takes that for its own then and leaves it out: no walk through the connection tracking table of the whole
    /// node, twice (25 ms at the usual size of that table), and no change of namespaces. Whoever restores such a checkpoint must do so in the pod's network too.
    /// </param>
    /// <param name="wrapper">Path of rebalancer-runc, which gives runc a mount namespace of its own.</param>
    public static Dump Start(AgentOptions options, MoveFolder folder, RuncState container, bool inPodNetwork, string wrapper = NodePaths.RuncWrapper)
    {
        string[] network = inPodNetwork ? [Network, NetNamespace.PathOf(container.InitPid)] : [];
        string[] arguments =
        [
            "dump", .. network, options.Runc, "--root", options.ContainerdRoot, "checkpoint", "--leave-running", "--tcp-established", "--file-locks", "--manage-cgroups-mode", "ignore",
            "--image-path", folder.ImagesOf(container.ContainerName), "--work-path", folder.Work(Step, container.ContainerName), container.Id,
        ];
        var mark = Path.Combine(folder.Work(Step, container.ContainerName), DumpedName);
        var path = CriuTar.PathFor(NodePaths.CriuTools, Environment.GetEnvironmentVariable("PATH"));
        return new Dump(Child.Start(wrapper, arguments, (CriuScript.DumpedVariable, mark), (CriuTar.MarkVariable, mark), ("PATH", path)), folder, container.ContainerName);
    }

    /// <summary>From now on the container is frozen at CRIU's end, however that comes. To be called while CRIU waits at pre-dump.</summary>
    public void FreezeWhenCriuEnds(ContainerCgroup cgroup) => watch = CriuWatch.Start(child.Process.Id, cgroup);

    /// <summary>Waits until all images are there. CRIU still holds the processes then; the ends of CRIU and runc are of no interest to who reads images.</summary>
    /// <exception cref="MoveException">It failed before.</exception>
    public async Task DumpedAsync(TimeProvider clock, CancellationToken cancellation)
    {
        var work = folder.Work(Step, container);
        await AwaitFileAsync(Path.Combine(work, DumpedName), clock, cancellation);
        while (Marks(CriuTar.RunningEnding)) { await Task.Delay(Poll, clock, cancellation); }
        if (Marks(CriuTar.FailedEnding)) { throw new MoveException(Reasons.CheckpointFailed, $"checkpoint of container {container} failed: the contents of a tmpfs mount could not be packed by tar"); }

        // The copy lives in the cgroups that runc makes for it: for those of the source CRIU would only start a helper, inside the freeze.
        File.Delete(Path.Combine(folder.ImagesOf(container), CgroupImage));

        bool Marks(string ending) => Directory.EnumerateFiles(work, $"{DumpedName}.*{ending}").Any();
    }

    /// <summary>Waits until the images of all processes are there: CRIU begins that of their tree then.</summary>
    /// <exception cref="MoveException">It failed before.</exception>
    public Task ProcessesDumpedAsync(TimeProvider clock, CancellationToken cancellation) => AwaitFileAsync(Path.Combine(folder.ImagesOf(container), TreeImage), clock, cancellation);

    /// <summary>Waits until CRIU and runc have ended, and the container is as it was before.</summary>
    /// <exception cref="MoveException">It failed; the reason is CRIU's, where its log names one.</exception>
    public async Task FinishAsync(CancellationToken cancellation)
    {
        var exitCode = await child.WaitAsync(cancellation);
        await (watch?.Frozen ?? Task.CompletedTask).WaitAsync(cancellation);
        if (exitCode == 0) { return; }
        var cause = CriuCauses.Find(await ReadLogAsync(cancellation), Reasons.CheckpointFailed);
        throw new MoveException(cause.Reason, $"checkpoint of container {container} failed: {cause.Hint}. runc: {child.Errors}", cause.LogLine);
    }

    /// <summary>
    /// Waits until CRIU has let go of the container, whether the dump succeeds or not. A CRIU that is killed instead may take the process along in which
    /// its code runs (SIGTRAP), and may leave sockets in repair mode.
    /// </summary>
    /// <returns>False: it has not within the limit.</returns>
    public async Task<bool> EndsWithinAsync(TimeSpan limit, TimeProvider clock)
    {
        try
        {
            _ = await child.WaitAsync(CancellationToken.None).WaitAsync(limit, clock);
            // Its freeze must not come after the thaw that follows now.
            await (watch?.Frozen ?? Task.CompletedTask).WaitAsync(limit, clock);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Ends runc and criu at once, whatever they are doing: the last resort.</summary>
    public void Kill() => child.KillTree();

    /// <summary>A later checkpoint by somebody else must not ask us.</summary>
    public static void Restore(RuncState container)
    {
        if (AsksBeforeDump(container)) { CriuConfiguration.Write(CriuConfiguration.PathOf(NodePaths.CriuFolder, container.Id), CriuConfiguration.Default); }
    }

    public void Dispose() => child.Dispose();

    private async Task AwaitFileAsync(string path, TimeProvider clock, CancellationToken cancellation)
    {
        var finished = FinishAsync(cancellation);
        while (!finished.IsCompleted && !File.Exists(path)) { await Task.Delay(Poll, clock, cancellation); }
        if (finished.IsCompleted) { await finished; }
    }

    private async Task<string> ReadLogAsync(CancellationToken cancellation)
    {
        var path = Path.Combine(folder.Work(Step, container), "dump.log");
        return File.Exists(path) ? await File.ReadAllTextAsync(path, cancellation) : "";
    }
}
