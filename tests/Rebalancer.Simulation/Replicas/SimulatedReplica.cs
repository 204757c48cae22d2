using System.Net;
using k8s;
using Microsoft.Extensions.Logging.Abstractions;
using Rebalancer.Descheduler;
using Rebalancer.Descheduler.Cluster;
using Rebalancer.Descheduler.Evictions;
using Rebalancer.Descheduler.Interruptions;
using Rebalancer.Descheduler.Leases;
using Rebalancer.Descheduler.Migrations;
using Rebalancer.Descheduler.Rebalancing;
using Rebalancer.Descheduler.Webhook;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Kubernetes.Events;
using Rebalancer.Kubernetes.Informers;
using Rebalancer.Simulation.Cluster;
using Rebalancer.Simulation.Kernel;

namespace Rebalancer.Simulation.Replicas;

/// <summary>One process of the descheduler: lease, informers, the controllers of moves and interruptions and both webhooks, all of them the product's.</summary>
internal sealed class SimulatedReplica
{
    private static readonly ILoggerFactory Loggers = NullLoggerFactory.Instance;
    private readonly World world;
    private readonly SimulatedProcess process;
    private readonly ClusterCache cache;
    private readonly Leadership leadership;
    private readonly MoveController moves;
    private readonly InterruptionController interruptions;
    private readonly ClaimService claims;
    private readonly EvictionService evictions;

    public SimulatedReplica(World world, string name)
    {
        this.world = world;
        process = world.NewProcess(name);
        var clock = world.Simulator;
        var connection = world.Connect(process, () => IsCut, ApiClient.RequestTimeout);
        var client = new ApiClient(connection);
        var options = new DeschedulerOptions { Api = new KubernetesClientConfiguration { Host = ApiNetwork.Url }, WebhookListen = new IPEndPoint(IPAddress.Loopback, 0), Limits = World.Limits };
        cache = new ClusterCache(client, new InformerOptions { JitterSeed = clock.Random.Next(), KeyComparer = OrdinalKeys.Instance }, clock, Loggers);
        leadership = new Leadership(client, options, clock, new Lifetime(this), Loggers);
        var (loop, events) = (new LeaderLoop(cache, leadership), new EventRecorder(client, "rebalancer", clock, NullLogger<EventRecorder>.Instance));
        var observer = new MoveObserver(cache, new PolicyLimits(cache, World.Limits), clock);
        moves = new MoveController(cache, observer, new MoveExecutor(client, cache, leadership, events), leadership, loop, clock, NullLogger<MoveController>.Instance);
        interruptions = new InterruptionController(client, cache, events, World.Limits, loop, clock, NullLogger<InterruptionController>.Instance);
        claims = new ClaimService(client, cache, clock, NullLogger<ClaimService>.Instance);
        evictions = new EvictionService(client, cache, options, clock, NullLogger<EvictionService>.Instance);
    }

    public string Name => process.Name;
    public bool IsCut { get; set; }
    public bool IsDead => process.IsDead;
    public bool IsLeader => leadership.Acquired.IsCompleted && !leadership.Lost.IsCancellationRequested;

    public void Start()
    {
        foreach (var informer in cache.All)
        {
            process.Start(() => informer.RunAsync(CancellationToken.None));
        }

        foreach (var service in new BackgroundService[] { leadership, moves, interruptions })
        {
            process.Start(() => Hosted.RunAsync(service));
        }
    }

    public void Die() => process.Kill();

    /// <summary>The claim webhook. Fails when the process dies over it.</summary>
    public Task<string?> ClaimAsync(AdmissionRequest request, CancellationToken cancellation) => AskAsync(() => claims.AdmitAsync(request, cancellation));

    /// <summary>The eviction webhook.</summary>
    public Task<EvictionVerdict> EvictAsync(AdmissionRequest request, CancellationToken cancellation) => AskAsync(() => evictions.AnswerAsync(request, cancellation));

    private Task<T> AskAsync<T>(Func<Task<T>> answer)
    {
        var asked = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        process.Start(async () =>
        {
            try
            {
                asked.TrySetResult(await answer());
            }
            catch (Exception e)
            {
                asked.TrySetException(e);
            }
        });
        return asked.Task;
    }

    private sealed class Lifetime(SimulatedReplica replica) : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => CancellationToken.None;
        public CancellationToken ApplicationStopping => CancellationToken.None;
        public CancellationToken ApplicationStopped => CancellationToken.None;

        /// <summary>Who loses the Lease ends; Kubernetes starts it again.</summary>
        public void StopApplication() => replica.world.KillReplica(replica);
    }
}
