using System.Text.Json;
using System.Text.Json.Nodes;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Operations;
using Rebalancer.Testing.Resources;
using Rebalancer.Testing.Selectors;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Controllers;

/// <summary>Keeps the wanted number of pods of each ReplicaSet: adopts orphans, releases pods that no longer match, makes missing ones, deletes surplus ones.</summary>
internal sealed class ReplicaSetController(ControllerContext context, ILogger logger) : Controller<ObjectKey>(context, logger)
{
    private const int MaxPodsPerRound = 500;

    protected override string Name => "replicaset-controller";

    protected override IEnumerable<ObjectKey> Affected(WatchEvent change)
    {
        if (change.Resource == Known.ReplicaSets)
        {
            return [change.Object.Key];
        }

        if (change.Resource != Known.Pods)
        {
            return [];
        }

        return Sets(change.Object.Key.Namespace)
            .Where(set => new[] { change.Object, change.Previous }.Any(pod => pod is not null && (IsControlledBy(pod, set) || (ControllerOf(pod) is null && SelectorOf(set).Matches(pod.Root)))))
            .Select(set => set.Key);
    }

    protected override async Task ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (Store.Find(Known.ReplicaSets, key) is not { } set)
        {
            return;
        }

        var pods = await ClaimAsync(set, cancellationToken);
        var active = pods.Where(IsActive).ToList();
        if (!set.IsDeleting)
        {
            await ScaleAsync(set, active, cancellationToken);
        }

        await ReportAsync(set, cancellationToken);
    }

    /// <summary>The pods of a set: those it controls and those it adopts. Pods that ceased to match are released.</summary>
    private async Task<List<StoredObject>> ClaimAsync(StoredObject set, CancellationToken cancellationToken)
    {
        var selector = SelectorOf(set);
        var claimed = new List<StoredObject>();
        foreach (var pod in Store.List(Known.Pods).Objects.Values.Where(p => p.Key.Namespace == set.Key.Namespace))
        {
            var matches = selector.Matches(pod.Root);
            var controlled = IsControlledBy(pod, set);
            if (controlled && matches)
            {
                claimed.Add(pod);
            }
            else if (controlled && !pod.IsDeleting && !set.IsDeleting)
            {
                await ChangeAsync(new(Known.Pods, pod.Key), o => o.Metadata().List("ownerReferences").RemoveAll(r => r.Text("uid") == set.Uid), cancellationToken);
            }
            else if (matches && !set.IsDeleting && IsActive(pod) && ControllerOf(pod) is null)
            {
                await ChangeAsync(new(Known.Pods, pod.Key), o => o.Metadata().List("ownerReferences").Add(ReferenceTo(set, "ReplicaSet")), cancellationToken);
                claimed.Add(Store.Find(Known.Pods, pod.Key) ?? pod);
            }
        }

        return claimed;
    }

    private async Task ScaleAsync(StoredObject set, List<StoredObject> active, CancellationToken cancellationToken)
    {
        var wanted = (int)(set.Root.Number("spec", "replicas") ?? 1);
        for (var i = active.Count; i < Math.Min(wanted, active.Count + MaxPodsPerRound); i++)
        {
            await CreateAsync(Known.Pods, set.Key.Namespace, PodTemplates.Instantiate(set, "ReplicaSet"), cancellationToken);
        }

        foreach (var pod in DeletionRanking.Order(active).Take(Math.Max(0, active.Count - wanted)))
        {
            await DeleteAsync(new(Known.Pods, pod.Key), new DeleteOptions { Uid = pod.Uid }, cancellationToken);
        }
    }

    private Task ReportAsync(StoredObject set, CancellationToken cancellationToken)
    {
        var all = Store.List(Known.Pods).Objects.Values.Where(p => IsControlledBy(p, set)).ToList();
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
                status["terminatingReplicas"] = all.Count(p => p.IsDeleting && p.Root.Text("status", "phase") is not ("Succeeded" or "Failed"));
                status["observedGeneration"] = set.Root.Number("metadata", "generation") ?? 1;
            },
            cancellationToken,
            "status");
    }

    private IEnumerable<StoredObject> Sets(string ns) => Store.List(Known.ReplicaSets).Objects.Values.Where(s => s.Key.Namespace == ns);

    private static LabelSelector SelectorOf(StoredObject set) => LabelSelector.Of(set.Root.At("spec", "selector"));

    private static bool IsActive(StoredObject pod) => !pod.IsDeleting && pod.Root.Text("status", "phase") is not ("Succeeded" or "Failed");

    private static bool IsControlledBy(StoredObject pod, StoredObject set) => ControllerOf(pod) == set.Uid;

    private static string? ControllerOf(StoredObject pod) =>
        pod.Root.Items("metadata", "ownerReferences").Where(r => r.Flag("controller")).Select(r => r.Text("uid")).FirstOrDefault();

    private static JsonObject ReferenceTo(StoredObject owner, string kind) => PodTemplates.ReferenceTo(owner, kind);
}
