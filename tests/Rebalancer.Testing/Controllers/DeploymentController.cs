using System.Globalization;
using System.Text.Json.Nodes;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Operations;
using Rebalancer.Testing.Resources;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Controllers;

/// <summary>
/// Keeps one ReplicaSet of a Deployment's current template at the wanted scale and all others at zero. A change of the template
/// makes the new set at full scale and takes the old one down at once; there is no gradual rollout.
/// </summary>
internal sealed class DeploymentController(ControllerContext context, ILogger logger) : Controller<ObjectKey>(context, logger)
{
    private const string Revision = "deployment.kubernetes.io/revision";
    private const string DesiredReplicas = "deployment.kubernetes.io/desired-replicas";
    private const string MaxReplicas = "deployment.kubernetes.io/max-replicas";

    protected override string Name => "deployment-controller";

    protected override IEnumerable<ObjectKey> Affected(WatchEvent change)
    {
        if (change.Resource == Known.Deployments)
        {
            return [change.Object.Key];
        }

        return change.Resource == Known.ReplicaSets
            ? change.Object.Root.Items("metadata", "ownerReferences").Where(r => r.Text("kind") == "Deployment").Select(r => new ObjectKey(change.Object.Key.Namespace, r.Text("name") ?? ""))
            : [];
    }

    protected override async Task ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (Store.Find(Known.Deployments, key) is not { IsDeleting: false } deployment)
        {
            return;
        }

        var hash = TemplateHash.Of(deployment.Root.At("spec", "template")!.Value);
        var wanted = deployment.Root.Number("spec", "replicas") ?? 1;
        var sets = Store.List(Known.ReplicaSets).Objects.Values
            .Where(s => s.Root.Items("metadata", "ownerReferences").Any(r => r.Flag("controller") && r.Text("uid") == deployment.Uid)).ToList();
        if (!sets.Any(s => s.Key.Name == $"{key.Name}-{hash}"))
        {
            await CreateAsync(Known.ReplicaSets, key.Namespace, SetOf(deployment, hash, wanted, NextRevision(sets)), cancellationToken);
            return;
        }

        foreach (var set in sets)
        {
            await ScaleAsync(deployment, set, set.Key.Name == $"{key.Name}-{hash}" ? wanted : 0, cancellationToken);
        }

        sets = [.. sets.Select(s => Store.Find(Known.ReplicaSets, s.Key)).OfType<StoredObject>()];
        await ReportAsync(deployment, sets, sets.Single(s => s.Key.Name == $"{key.Name}-{hash}"), cancellationToken);
    }

    private static JsonObject SetOf(StoredObject deployment, string hash, long replicas, long revision)
    {
        var node = deployment.ToNode();
        var template = (JsonObject)node.At("spec", "template")!.DeepClone();
        template.Metadata().Child("labels")[TemplateHash.Label] = hash;
        var selector = node.At("spec", "selector") is JsonObject s ? s.Copy() : [];
        selector.Child("matchLabels")[TemplateHash.Label] = hash;
        return new()
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = $"{deployment.Key.Name}-{hash}",
                ["labels"] = template.At("metadata", "labels").Copy(),
                ["annotations"] = new JsonObject { [Revision] = revision.ToString(CultureInfo.InvariantCulture) },
                ["ownerReferences"] = new JsonArray(PodTemplates.ReferenceTo(deployment, Known.Deployments)),
            },
            ["spec"] = new JsonObject { ["replicas"] = replicas, ["selector"] = selector, ["template"] = template },
        };
    }

    private Task ScaleAsync(StoredObject deployment, StoredObject set, long replicas, CancellationToken cancellationToken) => ChangeAsync(
        new(Known.ReplicaSets, set.Key),
        o =>
        {
            o.Child("spec")["replicas"] = replicas;
            var wanted = deployment.Root.Number("spec", "replicas") ?? 1;
            var annotations = o.Metadata().Child("annotations");
            annotations[DesiredReplicas] = wanted.ToString(CultureInfo.InvariantCulture);
            annotations[MaxReplicas] = (wanted + RolloutLimits.Of(deployment).MaxSurge).ToString(CultureInfo.InvariantCulture);
        },
        cancellationToken);

    private async Task ReportAsync(StoredObject deployment, List<StoredObject> sets, StoredObject current, CancellationToken cancellationToken)
    {
        long Sum(string part, string field) => sets.Sum(s => s.Root.Number(part, field) ?? 0);
        var available = Sum("status", "availableReplicas");
        await ChangeAsync(
            new(Known.Deployments, deployment.Key),
            o =>
            {
                var status = o.Child("status");
                StatusFields.SetCount(status, "replicas", Sum("status", "replicas"));
                StatusFields.SetCount(status, "readyReplicas", Sum("status", "readyReplicas"));
                StatusFields.SetCount(status, "availableReplicas", available);
                StatusFields.SetCount(status, "updatedReplicas", current.Root.Number("status", "replicas") ?? 0);
                StatusFields.SetCount(status, "unavailableReplicas", Math.Max(0, Sum("spec", "replicas") - available));
                status["terminatingReplicas"] = Sum("status", "terminatingReplicas");
                status["observedGeneration"] = deployment.Root.Number("metadata", "generation") ?? 1;
                DeploymentConditions.Set(status, deployment, current.Key.Name, Timestamps.Seconds(Time.GetUtcNow()));
            },
            cancellationToken,
            "status");
        var revision = current.Root.Text("metadata", "annotations", Revision) ?? "1";
        await ChangeAsync(new(Known.Deployments, deployment.Key), o => o.Metadata().Child("annotations")[Revision] = revision, cancellationToken);
    }

    private static long NextRevision(List<StoredObject> sets) => 1 + sets
        .Select(s => long.TryParse(s.Root.Text("metadata", "annotations", Revision), CultureInfo.InvariantCulture, out var revision) ? revision : 0)
        .DefaultIfEmpty().Max();
}
