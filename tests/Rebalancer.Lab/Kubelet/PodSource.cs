using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Rebalancer.Lab.Kubelet;

/// <summary>The pods bound to a node: list, then watch, again from the list when the watch breaks.</summary>
internal sealed class PodSource(IKubernetes client, string node, TimeProvider time)
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    /// <param name="listed">All pods of the node; whatever is not among them is gone.</param>
    /// <param name="changed">A pod, and whether it was deleted.</param>
    public async Task RunAsync(Action<IReadOnlyList<V1Pod>> listed, Action<V1Pod, bool> changed, CancellationToken cancel)
    {
        var selector = $"spec.nodeName={node}";
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                var list = await client.CoreV1.ListPodForAllNamespacesAsync(fieldSelector: selector, cancellationToken: cancel);
                listed([.. list.Items]);
                var events = client.CoreV1.WatchListPodForAllNamespacesAsync(fieldSelector: selector, resourceVersion: list.Metadata.ResourceVersion, cancellationToken: cancel);
                await foreach (var (kind, pod) in events.WithCancellation(cancel))
                {
                    changed(pod, kind == WatchEventType.Deleted);
                }
            }
            catch (Exception error) when (!cancel.IsCancellationRequested && error is HttpOperationException or HttpRequestException or IOException or KubernetesException or OperationCanceledException)
            {
                // The API server is away or the watch too old: a list will tell.
                await Task.Delay(RetryDelay, time, cancel);
            }
        }
    }
}
