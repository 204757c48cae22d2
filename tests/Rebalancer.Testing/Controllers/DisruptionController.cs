using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Operations;
using Rebalancer.Testing.Resources;
using Rebalancer.Testing.Selectors;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Controllers;

/// <summary>Counts for each PodDisruptionBudget how many of its pods are healthy and how many may be evicted.</summary>
internal sealed class DisruptionController(ControllerContext context, ILogger logger) : Controller<ObjectKey>(context, logger)
{
    /// <summary>An evicted pod that is still there after this counts as healthy again: its deletion did not happen.</summary>
    private static readonly TimeSpan DeletionTimeout = TimeSpan.FromMinutes(2);

    protected override string Name => "disruption-controller";

    protected override IEnumerable<ObjectKey> Affected(WatchEvent change)
    {
        if (change.Resource == Known.DisruptionBudgets)
        {
            return [change.Object.Key];
        }

        // Like the real controller it notices neither that a pod ceased to match nor that an owner was scaled: the status stays as it was until a pod of the budget changes.
        return change.Resource != Known.Pods ? [] : Store.List(Known.DisruptionBudgets).Objects.Values
            .Where(b => b.Key.Namespace == change.Object.Key.Namespace && Selects(b, change.Object))
            .Select(b => b.Key);
    }

    protected override async Task ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (Store.Find(Known.DisruptionBudgets, key) is not { } budget)
        {
            return;
        }

        var pods = Store.List(Known.Pods).Objects.Values.Where(p => p.Key.Namespace == key.Namespace && Selects(budget, p)).ToList();
        var disrupted = Disrupted(budget, pods);
        var healthy = pods.Count(p => !p.IsDeleting && PodConditions.IsReady(p) && !disrupted.ContainsKey(p.Key.Name));
        var (expected, desired) = Wanted(budget, pods);
        var allowed = expected <= 0 ? 0 : Math.Max(0, healthy - desired);
        var now = Timestamps.Seconds(Time.GetUtcNow());
        await ChangeAsync(
            new(Known.DisruptionBudgets, key),
            o =>
            {
                var generation = o.Number("metadata", "generation") ?? 1;
                var status = o.Child("status");
                status["currentHealthy"] = healthy;
                status["desiredHealthy"] = desired;
                status["expectedPods"] = expected;
                status["disruptionsAllowed"] = allowed;
                status["observedGeneration"] = generation;
                status.Remove("disruptedPods");
                if (disrupted.Count > 0)
                {
                    status["disruptedPods"] = new JsonObject(disrupted.Select(d => KeyValuePair.Create(d.Key, (JsonNode?)d.Value)));
                }

                StatusFields.SetCondition(status, "DisruptionAllowed", allowed > 0, allowed > 0 ? "SufficientPods" : "InsufficientPods", now, generation);
            },
            cancellationToken,
            "status");
        if (disrupted.Count > 0)
        {
            Revisit(key, DeletionTimeout);
        }
    }

    /// <summary>Evicted pods whose deletion has not been seen yet, by name, with the instant of their eviction.</summary>
    private Dictionary<string, string> Disrupted(StoredObject budget, List<StoredObject> pods)
    {
        var present = pods.Where(p => !p.IsDeleting).Select(p => p.Key.Name).ToHashSet();
        return budget.Root.Properties("status", "disruptedPods")
            .Where(d => present.Contains(d.Name) && Time.GetUtcNow() - DateTimeOffset.Parse(d.Value.GetString()!, CultureInfo.InvariantCulture) < DeletionTimeout)
            .ToDictionary(d => d.Name, d => d.Value.GetString()!);
    }

    private (long Expected, long Desired) Wanted(StoredObject budget, List<StoredObject> pods)
    {
        if (budget.Root.At("spec", "maxUnavailable") is { } most)
        {
            var scale = Scale(pods);
            return (scale, Math.Max(0, scale - Amount(most, scale)));
        }

        if (budget.Root.At("spec", "minAvailable") is { ValueKind: JsonValueKind.String } share)
        {
            var scale = Scale(pods);
            return (scale, Amount(share, scale));
        }

        return (pods.Count, budget.Root.Number("spec", "minAvailable") ?? 0);
    }

    /// <summary>Replicas that the pods' controllers together want; a pod without a controller adds none, as in the real controller.</summary>
    private long Scale(List<StoredObject> pods)
    {
        var owners = pods
            .Select(p => (p.Key.Namespace, Owner: p.Root.Items("metadata", "ownerReferences").FirstOrDefault(r => r.Flag("controller"))))
            .Where(p => p.Owner.ValueKind == JsonValueKind.Object)
            .Select(p => Controller(p.Namespace, p.Owner)).OfType<StoredObject>()
            .DistinctBy(o => o.Uid);
        return owners.Sum(o => o.Root.Number("spec", "replicas") ?? 1);
    }

    private StoredObject? Controller(string ns, JsonElement reference)
    {
        var resource = Registry.FindKindOfGroup(reference.Text("apiVersion") ?? "", reference.Text("kind") ?? "");
        var owner = resource is null ? null : Store.Find(resource, new(ns, reference.Text("name") ?? ""));
        var above = owner?.Root.Items("metadata", "ownerReferences").FirstOrDefault(r => r.Flag("controller") && r.Text("kind") == "Deployment");
        return above is { ValueKind: JsonValueKind.Object } deployment ? Controller(ns, deployment) : owner;
    }

    /// <summary>A number, or a percentage of the scale rounded up.</summary>
    private static long Amount(JsonElement amount, long scale) => amount.ValueKind == JsonValueKind.Number
        ? amount.GetInt64()
        : long.TryParse(amount.GetString()?.TrimEnd('%'), CultureInfo.InvariantCulture, out var percent) ? ((scale * percent) + 99) / 100 : 0;

    private static bool Selects(StoredObject budget, StoredObject pod) =>
        budget.Root.At("spec", "selector") is { ValueKind: JsonValueKind.Object } selector && LabelSelector.Of(selector).Matches(pod.Root);
}
