using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Descheduler.Migrations;

/// <summary>JSON patches on a pod, each bound to its UID.</summary>
internal static class PodPatches
{
    private const string CostPath = "/metadata/annotations/controller.kubernetes.io~1pod-deletion-cost";

    /// <summary>Of the pod as it was looked at.</summary>
    public static JsonPatch TakeLabels(MoveAction.TakeLabels action)
    {
        var meta = action.Pod.Metadata;
        var patch = new JsonPatch().Test("/metadata/uid", meta.Uid).Test("/metadata/resourceVersion", meta.ResourceVersion);
        foreach (var key in action.Keys)
        {
            patch = patch.Test(LabelPath(key), action.Pod.Metadata.Labels[key]).Remove(LabelPath(key));
        }

        return patch;
    }

    /// <summary>Label and cost in one write: the owner must not see the one without the other.</summary>
    public static JsonPatch GiveBack(MoveAction.GiveBack action)
    {
        var meta = action.Pod.Metadata;
        var patch = new JsonPatch().Test("/metadata/uid", meta.Uid).Test("/metadata/resourceVersion", meta.ResourceVersion);
        patch = patch.Set("/metadata/labels", Merge(meta.Labels, action.Labels));
        return patch.Set("/metadata/annotations", Merge(meta.Annotations, new Dictionary<string, string> { [Names.PodDeletionCost] = action.DeletionCost }));
    }

    public static JsonPatch SetDeletionCost(MoveAction.SetDeletionCost action)
    {
        var patch = new JsonPatch().Test("/metadata/uid", action.Pod.Metadata.Uid);
        return action.DeletionCost is { } cost ? patch.Set(CostPath, cost) : patch.Remove(CostPath);
    }

    private static string LabelPath(string key) => "/metadata/labels/" + JsonPatch.Escape(key);

    private static Dictionary<string, string> Merge(IDictionary<string, string>? have, IEnumerable<KeyValuePair<string, string>> add)
    {
        var merged = new Dictionary<string, string>(have ?? new Dictionary<string, string>());
        foreach (var (key, value) in add)
        {
            merged[key] = value;
        }

        return merged;
    }
}
