using System.Text.Json;
using System.Text.Json.Nodes;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Operations;
using Rebalancer.Testing.Resources;
using Rebalancer.Testing.Selectors;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Controllers;

/// <summary>Keeps the wanted number of pods of each ReplicaSet: makes missing ones, deletes surplus ones.</summary>
internal sealed class ReplicaSetController(ControllerContext context, ILogger logger) : WorkloadController(context, logger, Known.ReplicaSets)
{
    private const int MaxPodsPerRound = 500;

    protected override string Name => "replicaset-controller";

    protected override bool Considers(StoredObject pod) => IsActive(pod);

    protected override async Task ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (Store.Find(Known.ReplicaSets, key) is not { } set)
        {
            return;
        }

        var active = await ClaimAsync(set, cancellationToken);
        if (!set.IsDeleting)
        {
            await ScaleAsync(set, active, cancellationToken);
        }

        await ReportAsync(set, cancellationToken);
    }

    private async Task ScaleAsync(StoredObject set, List<StoredObject> active, CancellationToken cancellationToken)
    {
        var wanted = (int)(set.Root.Number("spec", "replicas") ?? 1);
        for (var i = active.Count; i < Math.Min(wanted, active.Count + MaxPodsPerRound); i++)
        {
            await CreateAsync(Known.Pods, set.Key.Namespace, PodTemplates.Instantiate(set, Known.ReplicaSets), cancellationToken);
        }

        foreach (var pod in DeletionRanking.Order(active).Take(Math.Max(0, active.Count - wanted)))
        {
            await DeleteAsync(new(Known.Pods, pod.Key), new DeleteOptions { Uid = pod.Uid }, cancellationToken);
        }
    }

    private Task ReportAsync(StoredObject set, CancellationToken cancellationToken)
    {
        var all = Store.List(Known.Pods).Objects.Values.Where(p => IsOwned(p, set)).ToList();
        var pods = all.Where(IsActive).ToList();
        var templateLabels = LabelSelector.Of(JsonElement.Parse(Serialization.ToBytes(new JsonObject
        {
            ["matchLabels"] = JsonNode.Parse(set.Root.At("spec", "template", "metadata", "labels")?.GetRawText() ?? "{}"),
        })));
        var ready = pods.Count(PodConditions.IsReady);
        return ChangeAsync(
            new(Known.ReplicaSets, set.Key),
            o =>
            {
                var status = o.Child("status");
                status["replicas"] = pods.Count;
                StatusFields.SetCount(status, "fullyLabeledReplicas", pods.Count(p => templateLabels.Matches(p.Root)));
                StatusFields.SetCount(status, "readyReplicas", ready);
                StatusFields.SetCount(status, "availableReplicas", ready);
                status["terminatingReplicas"] = all.Count(IsTerminating);
                status["observedGeneration"] = set.Root.Number("metadata", "generation") ?? 1;
            },
            cancellationToken,
            "status");
    }
}
