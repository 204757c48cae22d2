using System.Collections.Concurrent;
using System.Threading.Channels;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Informers;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Model;
using Rebalancer.Policy;
using Rebalancer.Policy.Cost.Catalogue;
using Rebalancer.Policy.Moves;
using Rebalancer.Policy.Risk;
using Rebalancer.Policy.Scoring.Live;
using Rebalancer.Scheduler.Publishing;

namespace Rebalancer.Scheduler.Cluster;

/// <summary>
/// Follows the informers and publishes an index of what they hold. Changes that arrive while one is made go into the next, so that a storm of them costs
/// one index at a time.
/// </summary>
internal sealed partial class IndexKeeper
{
    private readonly ClusterCache cache;
    private readonly ILogger<IndexKeeper> logger;
    private readonly Lock gate = new();
    private readonly LiveCluster cluster;
    private readonly ConcurrentDictionary<(string Namespace, string Name), Migration> running = new();
    private readonly Channel<bool> changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private volatile LiveIndex current;

    public IndexKeeper(ClusterCache cache, PlanPolicy policy, TimeProvider clock, ILogger<IndexKeeper> logger)
    {
        this.cache = cache;
        this.logger = logger;
        cluster = new LiveCluster(policy, new NodeHazard(new AdvisorHazard(Ec2Catalogue.Instance), InterruptionHistory.Empty, clock), new SizeEstimates());
        current = cluster.ToIndex();
        cache.Nodes.OnChange(Changed);
        cache.Pods.OnChange(Changed);
        cache.Migrations.OnChange(Changed);
    }

    public LiveIndex Current => current;

    /// <summary>Nodes whose published figures may have changed.</summary>
    public Action<string> OnNode { get; set; } = static _ => { };

    /// <summary>The Migration of this name, if it has not ended.</summary>
    public Migration? Running(string ns, string name) => running.GetValueOrDefault((ns, name));

    /// <summary>Whatever has changed up to now is in the index that this leaves.</summary>
    public void Publish()
    {
        lock (gate)
        {
            cluster.SetReservations([.. Reservations.Of(running.Values, Find)]);
            current = cluster.ToIndex();
        }
    }

    public async Task RunAsync(CancellationToken cancellation)
    {
        await foreach (var _ in changed.Reader.ReadAllAsync(cancellation))
        {
            Publish();
        }
    }

    private void Changed(Change<V1Node> change)
    {
        var problems = new List<InvalidField>();
        var node = change.After is { } after ? NodeFigures.WithoutPublished(NodeMapping.ToModel(after, problems), after) : null;
        problems.ForEach(p => Unreadable(logger, p));
        lock (gate)
        {
            if (node is null) { cluster.RemoveNode(change.Before!.Metadata.Name); }
            else { cluster.Set(node); }
        }

        Mark();
        OnNode(change.Latest.Metadata.Name);
    }

    private void Changed(Change<V1Pod> change)
    {
        var pod = change.After is { } after ? PodMapping.ToModel(after, []) : null;
        lock (gate)
        {
            if (pod is null) { cluster.RemovePod(change.Before!.Metadata.NamespaceProperty ?? "", change.Before.Metadata.Name); }
            else { cluster.Set(pod); }
        }

        Mark();
    }

    private void Changed(Change<Migration> change)
    {
        var key = (change.Latest.Metadata.NamespaceProperty ?? "", change.Latest.Metadata.Name);
        if (change.After is { } after && !Phases.IsFinal(after.Status.Phase)) { running[key] = after; }
        else { running.TryRemove(key, out _); }
        Mark();
    }

    /// <summary>A mark that waits already stands for this one too.</summary>
    private void Mark() => changed.Writer.TryWrite(true);

    private PodInfo? Find(string ns, string? name, string uid)
        => name is not null && cache.Pods.Get(ns, name) is { } pod && pod.Metadata.Uid == uid ? PodMapping.ToModel(pod, []) : null;

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Problem}")]
    private static partial void Unreadable(ILogger logger, InvalidField problem);
}
