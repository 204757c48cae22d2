using System.Net;
using k8s;
using Microsoft.Extensions.Logging.Abstractions;
using Rebalancer.Descheduler;
using Rebalancer.Descheduler.Capacity;
using Rebalancer.Descheduler.Cluster;
using Rebalancer.Descheduler.Leases;
using Rebalancer.Descheduler.Policies;
using Rebalancer.Descheduler.Rebalancing;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Kubernetes.Events;
using Rebalancer.Kubernetes.Informers;
using Rebalancer.Simulation.Cluster;
using Rebalancer.Simulation.Faults;
using Rebalancer.Simulation.Kernel;

namespace Rebalancer.Simulation.Plans;

/// <summary>One process of the descheduler, as far as it makes plans, carries them out and sees emptied nodes off: lease, informers and controllers are the product's.</summary>
internal sealed class RebalancingReplica
{
    private static readonly ILoggerFactory Loggers = NullLoggerFactory.Instance;

    /// <summary>The policy names nobody who is told of nodes.</summary>
    private static readonly HttpClient Nobody = new();

    private readonly SimulatedProcess process;
    private readonly ClusterCache cache;
    private readonly BackgroundService[] services;

    /// <param name="deathShare">Writes about plans on which it dies once they are sent, 0 to 1.</param>
    /// <param name="died">Told when it is dead.</param>
    public RebalancingReplica(ApiNetwork network, SimulatedProcess process, PlanOptions plans, double deathShare, Action died)
    {
        this.process = process;
        var clock = network.Simulator;
        void Die() { if (!process.IsDead) { process.Kill(); died(); } }
        var client = new ApiClient(network.Connect(process, () => false, ApiClient.RequestTimeout, new DeadlyWrites(network, deathShare, Die)));
        var options = new DeschedulerOptions { Api = new KubernetesClientConfiguration { Host = ApiNetwork.Url }, WebhookListen = new IPEndPoint(IPAddress.Loopback, 0), Plans = plans };
        cache = new ClusterCache(client, new InformerOptions { JitterSeed = clock.Random.Next(), KeyComparer = OrdinalKeys.Instance }, clock, Loggers);
        var leadership = new Leadership(client, options, clock, new Lifetime(Die), Loggers);
        var (loop, events) = (new LeaderLoop(cache, leadership), new EventRecorder(client, "rebalancer", clock, NullLogger<EventRecorder>.Instance));
        var maker = new PlanMaker(new PlanningSnapshot(client, cache), cache, plans, clock);
        var proposer = new Proposer(client, cache, leadership, maker, plans, new PlanMetrics(cache), clock, NullLogger<Proposer>.Instance);
        var writer = new PlanWriter(client, cache, leadership, events);
        services =
        [
            leadership,
            new PolicyController(client, cache, loop, leadership, clock, NullLogger<PolicyController>.Instance),
            new RebalanceController(client, cache, loop, leadership, maker, writer, proposer, new Placeholders(cache, options), plans, clock, NullLogger<RebalanceController>.Instance),
            new ReleaseController(client, cache, events, new NodeReleaser(client, Nobody), loop, clock, NullLogger<ReleaseController>.Instance),
        ];
    }

    public void Start()
    {
        foreach (var informer in cache.All)
        {
            process.Start(() => informer.RunAsync(CancellationToken.None));
        }

        foreach (var service in services)
        {
            process.Start(() => Hosted.RunAsync(service));
        }
    }

    private sealed class DeadlyWrites(ApiNetwork network, double share, Action die) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var sent = base.SendAsync(request, cancellationToken);
            var isOfPlans = request.Method != HttpMethod.Get && request.RequestUri!.AbsolutePath is var path && !path.Contains("/leases", StringComparison.Ordinal) && !path.Contains("/events", StringComparison.Ordinal);
            if (isOfPlans && network.Strikes(share, ApiFaults.LeaderDies)) { die(); }
            return sent;
        }
    }

    private sealed class Lifetime(Action die) : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => CancellationToken.None;
        public CancellationToken ApplicationStopping => CancellationToken.None;
        public CancellationToken ApplicationStopped => CancellationToken.None;

        /// <summary>Who loses the Lease ends; Kubernetes starts it again.</summary>
        public void StopApplication() => die();
    }
}
