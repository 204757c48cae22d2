using k8s;
using k8s.Models;
using Rebalancer.Descheduler.Cluster;
using Rebalancer.Descheduler.Leases;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Kubernetes.Events;
using Rebalancer.Policy;
using Rebalancer.Rebalancing.Release;
using Rebalancer.Rebalancing.Running;

namespace Rebalancer.Descheduler.Rebalancing;

/// <summary>Carries out what was decided about a plan. The status goes first: a leader that dies in between is followed by one that finds it there and does the rest.</summary>
internal sealed class PlanWriter(ApiClient client, ClusterCache cache, Leadership leadership, EventRecorder events)
{
    /// <exception cref="ApiException">IsConflict: the plan has changed since it was looked at; its change brings the next look.</exception>
    public async Task DoAsync(RebalancePlan plan, PlanStep step, RebalanceRules? rules, CancellationToken cancellation)
    {
        await SayAsync(plan, step.Status, cancellation);
        await MarkAsync(plan, step, cancellation);
        var written = new RebalancePlan { Metadata = plan.Metadata, Spec = plan.Spec, Status = step.Status };
        foreach (var number in step.Begin)
        {
            await (plan.Spec.Moves[number].IsEviction ? EvictAsync(plan, number, cancellation) : BeginAsync(PlanMigrations.Of(written, number, rules!.Plan), cancellation));
        }

        foreach (var (name, ns) in plan.Spec.Moves.Select((move, i) => (Name: PlanMigrations.NameOf(written, i), move.Namespace)).Where(m => step.Abort.Contains(m.Name)))
        {
            await AbortAsync(ns, name, cancellation);
        }
    }

    private async Task SayAsync(RebalancePlan plan, RebalancePlanStatus status, CancellationToken cancellation)
    {
        if (KubernetesJson.Serialize(status) == KubernetesJson.Serialize(plan.Status))
        {
            return;
        }

        var patch = new Dictionary<string, object>
        {
            ["metadata"] = new Dictionary<string, object> { ["uid"] = plan.Metadata.Uid, ["resourceVersion"] = plan.Metadata.ResourceVersion },
            ["status"] = status with { ObservedGeneration = plan.Metadata.Generation ?? 0, LeaderEpoch = leadership.Epoch },
        };
        cache.Plans.Observe(await client.MergeAsync<RebalancePlan>(ApiResource.RebalancePlans, null, plan.Metadata.Name, patch, cancellation, "status"));
        if (status.Phase != plan.Status.Phase)
        {
            await events.TellAsync(EventSubject.Of(ApiResource.RebalancePlans, plan.Metadata), status.Phase == PlanPhases.Stopped, status.Reason ?? status.Phase!, status.Message ?? "", cancellation);
        }
    }

    /// <summary>Nodes that are to be empty take no new pods; those that stay take them again.</summary>
    private async Task MarkAsync(RebalancePlan plan, PlanStep step, CancellationToken cancellation)
    {
        foreach (var node in cache.Nodes.List())
        {
            var isMarked = NodeRelease.PlanOf(node) == plan.Metadata.Name;
            if (step.Turns(node.Metadata.Name, isMarked))
            {
                await NodeTaints.SetAsync(client, cache, node, isMarked ? null : plan.Metadata.Name, null, cancellation);
            }
        }
    }

    private async Task BeginAsync(Migration migration, CancellationToken cancellation)
    {
        try
        {
            await client.CreateAsync(ApiResource.Migrations, migration.Metadata.NamespaceProperty, migration, cancellation);
        }
        catch (ApiException e) when (e.Reason == "AlreadyExists")
        {
            // Made by the look before, and the watch has not told of it yet.
        }
    }

    /// <summary>Disruption budgets and webhooks have their say; a pod that they keep is asked for again at the next look.</summary>
    private async Task EvictAsync(RebalancePlan plan, int number, CancellationToken cancellation)
    {
        var move = plan.Spec.Moves[number];
        if (cache.Pods.Get(move.Namespace, move.Pod) is { } pod && pod.Metadata.Uid == move.PodUID && await client.EvictAsync(move.Namespace, move.Pod, move.PodUID, cancellation))
        {
            await events.TellAsync(EventSubject.Of(ApiResource.Pods, pod.Metadata), warning: false, "EvictedByPlan", $"plan {plan.Metadata.Name}: {move.Message}", cancellation);
        }
    }

    private async Task AbortAsync(string ns, string name, CancellationToken cancellation)
    {
        var patch = new Dictionary<string, object> { ["metadata"] = new V1ObjectMeta { Annotations = new Dictionary<string, string> { [Names.Abort] = "true" } } };
        try
        {
            await client.MergeAsync<Migration>(ApiResource.Migrations, ns, name, patch, cancellation);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // It has ended and is gone.
        }
    }
}
