using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Rebalancer.Agent;
using Rebalancer.Agent.Cluster;
using Rebalancer.Agent.Local;
using Rebalancer.Agent.Moves;
using Rebalancer.Agent.Preflight;
using Rebalancer.Agent.Transfer;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Simulation.Checks;
using Rebalancer.Simulation.Kernel;
using Rebalancer.Simulation.Nodes;

namespace Rebalancer.Simulation.Agents;

/// <summary>
/// One node's agent: its watch, its book, its API calls and everything that decides are the product's; what it does to processes, images and links is done to
/// those of the simulation (<see cref="SourceSession"/>, <see cref="TargetSession"/>).
/// </summary>
internal sealed class SimulatedAgent
{
    private static readonly TimeSpan FindLimit = TimeSpan.FromSeconds(85);
    private readonly World world;
    private readonly SimulatedProcess process;
    private readonly Claims claims;
    private readonly MigrationWatcher watcher;
    private readonly Dictionary<string, SourceSession> sources = [];
    private readonly Dictionary<string, TargetSession> targets = [];
    private readonly List<TaskCompletionSource<LocalReply>> callers = [];
    private readonly List<PeerLink> links = [];

    public SimulatedAgent(World world, SimulatedNode node)
    {
        (this.world, Node) = (world, node);
        process = world.NewProcess($"agent-{node.Name}");
        var connection = world.Connect(process, () => node.IsCut, ClusterApi.CallLimit);
        var random = new Random(world.Simulator.Random.Next());
        var options = new AgentOptions { Node = node.Name, Listen = new IPEndPoint(IPAddress.Loopback, 9551), TlsCa = "", TlsCert = "", TlsKey = "" };
        var api = CanaryApi.Of(new ClusterApi(connection), world.Canary);
        watcher = new MigrationWatcher(connection, Book, options, world.Simulator, random, NullLogger<MigrationWatcher>.Instance);
        // Of the node's disk there is a model, so the real markers are never there.
        claims = new Claims(api, Book, options, new Markers("/nonexistent"), world.Simulator, NullLogger<Claims>.Instance);
        Services = new MoveServices(options, api, Book, null!, null!, null!, null!, null!, null!, null!, null!, null!, null!, world.Simulator, random, NullLoggerFactory.Instance);
    }

    public SimulatedNode Node { get; }
    public MigrationBook Book { get; } = new();
    public MoveServices Services { get; }
    public bool IsDead => process.IsDead;

    public void Start()
    {
        process.Start(() => Hosted.RunAsync(watcher));
        process.Start(SuperviseAsync);
    }

    public void Die()
    {
        process.Kill();
        foreach (var caller in callers)
        {
            caller.TrySetException(new IOException("the agent died"));
        }

        foreach (var source in sources.Values)
        {
            source.Guard();
        }

        foreach (var link in links.ToList())
        {
            link.Break("the agent died");
        }
    }

    /// <summary>Runs in this agent.</summary>
    public void Do(Func<Task> work) => process.Start(work);

    public void Keep(PeerLink link) => links.Add(link);

    public void Forget(PeerLink link) => links.Remove(link);

    /// <summary>A question of the wrapper or of CRIU's script. Fails (IOException) when the agent dies over it.</summary>
    public Task<LocalReply> AnswerAsync(LocalRequest request, PodCopy? copy, CancellationToken gone)
    {
        var answer = new TaskCompletionSource<LocalReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        callers.Add(answer);
        process.Start(async () =>
        {
            try
            {
                answer.TrySetResult(await HandleAsync(request, copy, gone));
            }
            catch (ClaimException e)
            {
                answer.TrySetResult(new LocalReply { Action = LocalActions.Fail, Reason = e.Reason, Message = e.Message });
            }
            catch (OperationCanceledException e)
            {
                answer.TrySetException(new IOException(e.Message));
            }
            catch (Exception e)
            {
                // As LocalServer.
                answer.TrySetResult(new LocalReply { Action = LocalActions.Fail, Reason = "AgentError", Message = e.Message });
            }

            callers.Remove(answer);
        });
        return answer.Task;
    }

    /// <summary>As MoveRegistry.FindAsync.</summary>
    public async Task<TargetSession> FindAsync(string ns, string name, string uid, string peer)
    {
        var migration = Book.Find(uid) ?? await Services.Api.ReadMigrationAsync(ns, name, CancellationToken.None);
        if (migration is null || migration.Metadata.Uid != uid || migration.Status.SourceNode != peer || migration.Status.TargetNode != Node.Name)
        {
            throw new MoveException(Reasons.TargetUnknown, $"migration {name} is not known here");
        }

        return EnsureTarget(migration) ?? throw new MoveException(Reasons.TargetUnready, $"migration {name} is over on this node");
    }

    /// <summary>As MoveRegistry.EnsureTarget.</summary>
    private TargetSession? EnsureTarget(Migration migration)
    {
        var uid = migration.Metadata.Uid;
        if (targets.TryGetValue(uid, out var running))
        {
            return running;
        }

        if (Recovery.Target(migration, Node.Disk.Images.GetValueOrDefault(uid)?.Memory is not null, hasLatePages: false) is not { } step)
        {
            return null;
        }

        Book.Put(migration);
        var session = targets[uid] = new TargetSession(world, this, migration, step);
        process.Start(session.RunAsync);
        return session;
    }

    /// <summary>As MoveSupervisor.ExecuteAsync and MoveRegistry.Ensure.</summary>
    private async Task SuperviseAsync()
    {
        await Book.Synced;
        foreach (var uid in Node.Disk.Images.Keys.Where(uid => Book.Find(uid) is null).ToList())
        {
            Node.Disk.Images.Remove(uid);
        }

        // As Markers.ForgetMoves.
        Node.Disk.Commit.RemoveWhere(uid => Book.Find(uid) is null);
        Node.Disk.Serving.RemoveWhere(uid => Book.All.All(m => m.Status.PodUID != uid));

        await foreach (var uid in Book.Changed.ReadAllAsync())
        {
            if (Book.Find(uid) is not { } migration)
            {
                sources.Remove(uid);
                targets.Remove(uid);
                continue;
            }

            if (migration.Status.SourceNode == Node.Name && !sources.ContainsKey(uid))
            {
                if (Recovery.Source(migration, Node.Disk.Commit.Contains(uid), Node.Disk.Images.ContainsKey(uid)) is { } step)
                {
                    var session = sources[uid] = new SourceSession(world, this, migration, step);
                    process.Start(session.RunAsync);
                }
                else
                {
                    Sweep(uid);
                }
            }

            if (migration.Status.TargetNode == Node.Name && EnsureTarget(migration) is null)
            {
                Sweep(uid);
            }
        }
    }

    private void Sweep(string uid)
    {
        Node.Disk.Commit.Remove(uid);
        Node.Disk.Images.Remove(uid);
    }

    /// <summary>As LocalDispatcher.</summary>
    private async Task<LocalReply> HandleAsync(LocalRequest request, PodCopy? copy, CancellationToken gone)
    {
        if (request.Op is LocalOps.Hold or LocalOps.Resumed)
        {
            return TargetOf(request) is not { } target
                ? new LocalReply { Action = LocalActions.Fail, Reason = Reasons.AgentRestarted }
                : request.Op == LocalOps.Hold ? await target.HoldAsync(copy!, gone) : target.Resumed();
        }

        if (await MoveAsync(request, gone) is not { } move)
        {
            return new LocalReply { Action = request.Op == LocalOps.ContainerCreate ? LocalActions.Create : LocalActions.Proceed };
        }

        return request.Op switch
        {
            LocalOps.SandboxCreate => await move.SandboxAsync(request, gone),
            LocalOps.ContainerCreate => await move.ContainerAsync(request, gone),
            _ => await move.RestoreDoneAsync(request, gone),
        };
    }

    private TargetSession? TargetOf(LocalRequest request) => targets.Values.FirstOrDefault(t => t.Migration.Metadata.Name == request.Migration);

    private async Task<TargetSession?> MoveAsync(LocalRequest request, CancellationToken gone)
    {
        // Only of a restore are there images to know a move by.
        if ((targets.Values.FirstOrDefault(t => t.SandboxOf == request.PodUid) ?? (request.Op == LocalOps.RestoreDone ? TargetOf(request) : null)) is { } known)
        {
            return known;
        }

        // The marker is the node's.
        if (Node.Disk.Consumed.Contains(request.PodUid))
        {
            return null;
        }

        using var expiry = new CancellationTokenSource(FindLimit, world.Simulator);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(gone, expiry.Token);
        var migration = await claims.FindAsync(request.PodNamespace, request.PodName, request.PodUid, limit.Token);
        return migration is null ? null
            : EnsureTarget(migration) ?? (migration.Status.Decision == Decision.Committed ? null : throw new ClaimException(Reasons.TargetUnready, $"migration {migration.Metadata.Name} is over on this node"));
    }
}
