using k8s;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Lab.Demo;

/// <summary>
/// The first half of the demo: a window opens, and the descheduler consolidates by itself. What is played here is the cluster's autoscaler: it takes away nodes that a plan has emptied.
/// </summary>
internal sealed class DemoConsolidation(IKubernetes kubernetes, ApiClient client, Func<string, CancellationToken, Task> takeAwayAsync, Action<string> say, TimeProvider time)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);
    private readonly HashSet<string> taken = new(StringComparer.Ordinal);

    /// <summary>Until a plan has ended, its nodes are gone, and what that saves is written.</summary>
    /// <exception cref="TimeoutException">Not in time; the message says how far it was.</exception>
    public async Task<RebalancePlan> RunAsync(CancellationToken cancel)
    {
        var opensAt = DemoPolicy.OpensAt(time.GetUtcNow());
        await DemoPolicy.CreateAsync(client, opensAt, cancel);
        say($"the policy lets plans empty on-demand nodes from {opensAt:HH:mm} UTC on");
        var start = time.GetTimestamp();
        RebalancePlan? plan = null;
        while (plan is null || !IsDone(plan))
        {
            if (time.GetElapsedTime(start) > Limit)
            {
                throw new TimeoutException($"no plan has ended in {Limit.TotalMinutes:0} min; the last one: {(plan is null ? await PolicyStateAsync(cancel) : Describe(plan))}");
            }

            await Task.Delay(Look, time, cancel);
            plan = await LatestAsync(cancel);
            if (plan is not null) { say(Describe(plan)); }
            await TakeAwayEmptiedAsync(cancel);
        }

        return plan;
    }

    private static bool IsDone(RebalancePlan plan) => PlanPhases.IsFinal(plan.Status.Phase) && (plan.Status.Phase != PlanPhases.Completed || plan.Status.Realised?.NodesGone >= Freed(plan).Count());

    private static IEnumerable<PlanFreedNode> Freed(RebalancePlan plan) => plan.Spec.FreedNodes.Where(n => !n.WasEmpty);

    private async Task TakeAwayEmptiedAsync(CancellationToken cancel)
    {
        foreach (var node in (await kubernetes.CoreV1.ListNodeAsync(cancellationToken: cancel)).Items.Where(n => n.Metadata.Annotations?.ContainsKey(Names.EmptiedAt) == true && taken.Add(n.Metadata.Name)))
        {
            await takeAwayAsync(node.Metadata.Name, cancel);
        }
    }

    private static string Describe(RebalancePlan plan)
        => $"plan {plan.Metadata.Name} saves ${plan.Spec.Predicted.UsdPerHourSaved}/h: {plan.Status.Phase ?? "made"}{(plan.Status.Message is { } message ? ", " + message : "")}"
            + (plan.Status.Realised is { NodesGone: > 0 } realised ? $"; {realised.NodesGone} nodes are gone, ${realised.UsdPerHourSaved}/h saved" : "");

    private async Task<RebalancePlan?> LatestAsync(CancellationToken cancel)
    {
        using var page = await client.ListPageAsync(ApiResource.RebalancePlans, "limit=500", cancel);
        return page.RootElement.GetProperty("items").EnumerateArray().Select(i => KubernetesJson.Deserialize<RebalancePlan>(i)).OrderBy(p => p.Metadata.CreationTimestamp).ThenBy(p => p.Metadata.Name, StringComparer.Ordinal)
            .LastOrDefault(p => p.Status.Phase is not (PlanPhases.Expired or PlanPhases.Rejected));
    }

    private async Task<string> PolicyStateAsync(CancellationToken cancel)
    {
        var policy = await client.GetAsync<RebalancePolicy>(ApiResource.RebalancePolicies, null, DemoPolicy.Name, cancel);
        return string.Join("; ", (policy?.Status.Conditions ?? []).Select(c => $"{c.Type} {c.Status} {c.Reason}: {c.Message}"));
    }
}
