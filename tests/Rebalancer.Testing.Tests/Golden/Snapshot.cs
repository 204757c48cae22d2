using System.Text.Json.Nodes;

namespace Rebalancer.Testing.Tests.Golden;

/// <summary>What a case records of the objects of its namespace.</summary>
internal static class Snapshot
{
    private const string ChangeTrigger = "endpoints.kubernetes.io/last-change-trigger-time";

    /// <summary>Kinds looked at, with the path of their group and version and their plural.</summary>
    public static IReadOnlyDictionary<string, (string Group, string Plural)> Kinds { get; } = new Dictionary<string, (string, string)>
    {
        ["Deployment"] = ("apis/apps/v1", "deployments"),
        ["ReplicaSet"] = ("apis/apps/v1", "replicasets"),
        ["StatefulSet"] = ("apis/apps/v1", "statefulsets"),
        ["ControllerRevision"] = ("apis/apps/v1", "controllerrevisions"),
        ["Job"] = ("apis/batch/v1", "jobs"),
        ["PodDisruptionBudget"] = ("apis/policy/v1", "poddisruptionbudgets"),
        ["Pod"] = ("api/v1", "pods"),
        ["EndpointSlice"] = ("apis/discovery.k8s.io/v1", "endpointslices"),
    };

    private static readonly string[] Metadata =
        ["uid", "generateName", "generation", "labels", "annotations", "finalizers", "ownerReferences", "deletionTimestamp", "deletionGracePeriodSeconds"];

    private static readonly string[] PodSpec = ["nodeName", "hostname", "subdomain"];

    /// <summary>The objects as they are, by kind; each carries its kind.</summary>
    public static async Task<IReadOnlyList<JsonObject>> ReadAsync(ApiCaller api, CancellationToken cancellationToken)
    {
        var objects = new List<JsonObject>();
        foreach (var (kind, _) in Kinds)
        {
            var list = await api.GetAsync(api.PathOf(kind), cancellationToken);
            foreach (var o in list["items"]!.AsArray().OfType<JsonObject>())
            {
                o["kind"] = kind;
                objects.Add(o);
            }
        }

        return objects;
    }

    /// <summary>"Kind/name" with what is recorded of each object, in stand-ins.</summary>
    public static JsonObject Of(IReadOnlyList<JsonObject> objects, Aliases aliases)
    {
        var all = objects.Select(o => KeyValuePair.Create(aliases.Replace($"{o["kind"]}/{o["metadata"]!["name"]}"), aliases.Replace(Recorded(o))));
        return new JsonObject(all.OrderBy(p => p.Key, StringComparer.Ordinal));
    }

    private static JsonObject Recorded(JsonObject o)
    {
        var recorded = new JsonObject { ["metadata"] = Pick(o["metadata"]!.AsObject(), Metadata) };
        (recorded["metadata"]!["annotations"] as JsonObject)?.Remove(ChangeTrigger);
        var kind = o["kind"]!.GetValue<string>();
        foreach (var (field, value) in o.Where(p => p.Key is not ("metadata" or "kind" or "apiVersion" or "data")))
        {
            recorded[field] = (kind, field) switch
            {
                ("Pod", "spec") => Pick(value!.AsObject(), PodSpec),
                ("Pod", "status") => PodStatus(value!.AsObject()),
                (_, "spec") => Without(value!.AsObject(), "template"),
                (_, "status") => Sorted(value!.AsObject(), "conditions", c => $"{c?["type"]}"),
                _ => value?.DeepClone(),
            };
        }

        return Sorted(Bare(recorded), "endpoints", e => $"{e?["addresses"]}");
    }

    private static JsonObject PodStatus(JsonObject status)
    {
        var picked = Pick(status, "phase", "podIP");
        var ready = status["conditions"]?.AsArray().FirstOrDefault(c => $"{c?["type"]}" == "Ready");
        picked["ready"] = ready is null ? null : $"{ready["status"]}";
        return Bare(picked);
    }

    private static JsonObject Pick(JsonObject o, params string[] fields) => new(o.Where(p => fields.Contains(p.Key)).Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone())));

    private static JsonObject Without(JsonObject o, string field) => new(o.Where(p => p.Key != field).Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone())));

    private static JsonObject Sorted(JsonObject o, string list, Func<JsonNode?, string> by)
    {
        var sorted = (JsonObject)o.DeepClone();
        if (sorted[list] is JsonArray items)
        {
            sorted[list] = new JsonArray([.. items.OrderBy(by, StringComparer.Ordinal).Select(i => i?.DeepClone())]);
        }

        return sorted;
    }

    /// <summary>Without nulls and empty maps and lists, which servers leave out or send as they please.</summary>
    private static JsonObject Bare(JsonObject o)
    {
        var bare = new JsonObject();
        foreach (var (name, value) in o)
        {
            var kept = value switch
            {
                JsonObject child => Bare(child) is { Count: > 0 } some ? some : null,
                JsonArray { Count: 0 } => null,
                _ => value?.DeepClone(),
            };
            if (kept is not null)
            {
                bare[name] = kept;
            }
        }

        return bare;
    }
}
