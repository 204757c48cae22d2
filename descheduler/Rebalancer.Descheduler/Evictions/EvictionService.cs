using System.Collections.Concurrent;
using k8s.Models;
using Rebalancer.Descheduler.Cluster;
using Rebalancer.Descheduler.Migrations;
using Rebalancer.Descheduler.Webhook;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Descheduler.Evictions;

/// <summary>Answers evictions; makes the Migration where one is to be made.</summary>
internal sealed partial class EvictionService(ApiClient client, ClusterCache cache, DeschedulerOptions options, TimeProvider clock, ILogger<EvictionService> logger)
{
    /// <summary>Of our own pods, by UID: when their eviction was first asked for.</summary>
    private readonly ConcurrentDictionary<string, DateTimeOffset> askedFirst = new();

    public async Task<EvictionVerdict> AnswerAsync(AdmissionRequest request, CancellationToken cancellation)
    {
        // Who only tries must not start anything.
        if (!request.IsEviction || request.DryRun || await client.GetAsync<V1Pod>(ApiResource.Pods, request.Namespace, request.Name, cancellation) is not { } pod)
        {
            return new EvictionVerdict.Pass();
        }

        var migrations = cache.Migrations.List().Where(m => m.Metadata.NamespaceProperty == request.Namespace).ToList();
        var view = new EvictionView(pod, cache.Nodes.Get(null, pod.Spec.NodeName ?? ""), migrations, cache.RuntimeClasses.Get(null, Names.RuntimeHandler) is not null, clock.GetUtcNow(), options.Limits);
        var verdict = EvictionRule.Decide(view);
        if (verdict is EvictionVerdict.Pass && LastReplica.IsOurs(pod, options.Namespace))
        {
            foreach (var uid in askedFirst.Keys.Where(uid => cache.Pods.List().All(p => p.Metadata.Uid != uid))) { askedFirst.TryRemove(uid, out _); }
            var asked = askedFirst.GetOrAdd(pod.Metadata.Uid, view.Now);
            return LastReplica.Decide(new LastReplicaView(view, [.. cache.Pods.List()], [.. cache.Migrations.List()], asked)) ?? verdict;
        }

        return verdict switch
        {
            EvictionVerdict.Move move => await BeginAsync(view, move, cancellation),
            EvictionVerdict.LetGo held => await LetGoAsync(held, cancellation),
            _ => verdict,
        };
    }

    private async Task<EvictionVerdict> LetGoAsync(EvictionVerdict.LetGo held, CancellationToken cancellation)
    {
        await client.TellAsync(held.Migration, Names.Cutover, cancellation);
        LetGo(logger, held.Migration.Metadata.NamespaceProperty, held.Migration.Spec.PodName, held.Migration.Metadata.Name);
        return new EvictionVerdict.Wait(held.Message);
    }

    private async Task<EvictionVerdict> BeginAsync(EvictionView view, EvictionVerdict.Move move, CancellationToken cancellation)
    {
        var pod = view.Pod;
        var (ns, name) = (pod.Metadata.NamespaceProperty, EvictionRule.NameOf(pod));
        try
        {
            await client.CreateAsync(ApiResource.Migrations, ns, ToMigration(pod, name, move.Deadline), cancellation);
            Moves(logger, ns, pod.Metadata.Name, pod.Spec.NodeName ?? "", name);
        }
        catch (ApiException e) when (e.Reason == "AlreadyExists")
        {
            // Another replica was asked too, or the local copy is behind: the Migration itself knows how far it is.
            if (await client.GetAsync<Migration>(ApiResource.Migrations, ns, name, cancellation) is { } made)
            {
                return EvictionRule.Decide(view with { Migrations = [.. view.Migrations.Where(m => m.Metadata.Name != name), made] });
            }
        }

        return new EvictionVerdict.Wait($"Migration {name} moves pod {pod.Metadata.Name} off node {pod.Spec.NodeName}");
    }

    private static Migration ToMigration(V1Pod pod, string name, DateTimeOffset? deadline) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = pod.Metadata.NamespaceProperty },
        Spec = new MigrationSpec
        {
            PodName = pod.Metadata.Name,
            PodUID = pod.Metadata.Uid,
            Deadline = deadline,
            Reason = MoveReasons.Eviction,
            Priority = pod.Spec.Priority ?? 0,
        },
    };

    [LoggerMessage(Level = LogLevel.Information, Message = "Pod {Namespace}/{Pod} is evicted: Migration {Migration}, which was held, is let go")]
    private static partial void LetGo(ILogger logger, string @namespace, string pod, string migration);

    [LoggerMessage(Level = LogLevel.Information, Message = "Pod {Namespace}/{Pod} is evicted from node {Node}: Migration {Migration} moves it")]
    private static partial void Moves(ILogger logger, string @namespace, string pod, string node, string migration);
}
