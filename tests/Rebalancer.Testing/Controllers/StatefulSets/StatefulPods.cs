using System.Globalization;
using System.Text.Json.Nodes;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Resources;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Controllers.StatefulSets;

/// <summary>Names and makes the pods of a StatefulSet.</summary>
internal static class StatefulPods
{
    public const string RevisionLabel = "controller-revision-hash";
    private const string NameLabel = "statefulset.kubernetes.io/pod-name";
    private const string IndexLabel = "apps.kubernetes.io/pod-index";

    public static string NameOf(StoredObject set, int ordinal) => string.Create(CultureInfo.InvariantCulture, $"{set.Key.Name}-{ordinal}");

    /// <returns>Null when the pod's name is not one of the set's.</returns>
    public static int? OrdinalOf(StoredObject set, StoredObject pod)
    {
        var prefix = set.Key.Name + "-";
        return pod.Key.Name.StartsWith(prefix, StringComparison.Ordinal)
            && int.TryParse(pod.Key.Name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var ordinal)
                ? ordinal
                : null;
    }

    public static string? RevisionOf(StoredObject pod) => pod.Root.Text("metadata", "labels", RevisionLabel);

    public static bool HasIdentity(StoredObject pod) => pod.Root.Text("metadata", "labels", NameLabel) == pod.Key.Name;

    public static void SetIdentity(JsonObject pod, string name, int ordinal)
    {
        var labels = pod.Metadata().Child("labels");
        labels[NameLabel] = name;
        labels[IndexLabel] = ordinal.ToString(CultureInfo.InvariantCulture);
    }

    public static JsonObject Instantiate(StoredObject set, SetRevision revision, int ordinal)
    {
        var pod = PodTemplates.Instantiate(set, Known.StatefulSets, revision.Template);
        var name = NameOf(set, ordinal);
        pod.Metadata()["name"] = name;
        SetIdentity(pod, name, ordinal);
        pod.Metadata().Child("labels")[RevisionLabel] = revision.Name;
        var spec = pod.Child("spec");
        spec["hostname"] = name;
        if (set.Root.Text("spec", "serviceName") is { Length: > 0 } service)
        {
            spec["subdomain"] = service;
        }

        MountClaims(set, spec, name);
        return pod;
    }

    /// <summary>The claims of one pod: they outlive it, and its successor of the same name finds them again.</summary>
    public static IEnumerable<JsonObject> Claims(StoredObject set, int ordinal)
    {
        foreach (var template in set.ToNode().Objects("spec", "volumeClaimTemplates"))
        {
            var claim = template.Copy();
            claim.Remove("status");
            claim.Metadata()["name"] = ClaimName(template, NameOf(set, ordinal));
            foreach (var label in set.Root.Properties("spec", "selector", "matchLabels"))
            {
                claim.Metadata().Child("labels")[label.Name] = label.Value.GetString();
            }

            yield return claim;
        }
    }

    private static void MountClaims(StoredObject set, JsonObject spec, string pod)
    {
        foreach (var template in set.ToNode().Objects("spec", "volumeClaimTemplates"))
        {
            var volumes = spec.List("volumes");
            var name = template.Text("metadata", "name");
            volumes.RemoveAll(v => v.Text("name") == name);
            volumes.Add(new JsonObject { ["name"] = name, ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = ClaimName(template, pod) } });
        }
    }

    private static string ClaimName(JsonObject template, string pod) => $"{template.Text("metadata", "name")}-{pod}";
}
