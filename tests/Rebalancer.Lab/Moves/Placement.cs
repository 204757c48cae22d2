using k8s;
using k8s.Models;

namespace Rebalancer.Lab.Moves;

/// <summary>Puts new pods on one node without writing into them anything that would bind them to it: the other nodes are cordoned until they run.</summary>
internal static class Placement
{
    public static async Task<T> OnAsync<T>(IKubernetes kubernetes, string node, Func<Task<T>> createAndWait, CancellationToken cancel)
    {
        var nodes = await kubernetes.CoreV1.ListNodeAsync(cancellationToken: cancel);
        var others = nodes.Items.Where(other => other.Metadata.Name != node && other.Spec?.Unschedulable != true).Select(other => other.Metadata.Name).ToArray();
        await CordonAsync(kubernetes, others, unschedulable: true, cancel);
        try
        {
            return await createAndWait();
        }
        finally
        {
            await CordonAsync(kubernetes, others, unschedulable: false, CancellationToken.None);
        }
    }

    private static async Task CordonAsync(IKubernetes kubernetes, IEnumerable<string> nodes, bool unschedulable, CancellationToken cancel)
    {
        foreach (var node in nodes)
        {
            var patch = new V1Patch(new { spec = new { unschedulable } }, V1Patch.PatchType.MergePatch);
            await kubernetes.CoreV1.PatchNodeAsync(patch, node, cancellationToken: cancel);
        }
    }
}
