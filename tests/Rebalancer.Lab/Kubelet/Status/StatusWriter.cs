using System.Net;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Rebalancer.Lab.Kubelet.Status;

/// <summary>Writes pods' statuses, and nothing when nothing changed. Reads before it writes, where kubelet patches; conditions of others survive either way.</summary>
internal sealed class StatusWriter(IKubernetes client)
{
    private const int ConflictLimit = 10;

    /// <param name="make">From the object as it is now.</param>
    /// <returns>The pod as written; null: it is gone or another pod has its name.</returns>
    public async Task<V1Pod?> WriteAsync(V1Pod pod, Func<V1Pod, V1PodStatus> make, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var current = await client.CoreV1.ReadNamespacedPodAsync(pod.Name(), pod.Namespace(), cancellationToken: cancel);
                if (current.Uid() != pod.Uid())
                {
                    return null;
                }

                var status = make(current);
                if (current.Status is not null && KubernetesJson.Serialize(current.Status) == KubernetesJson.Serialize(status))
                {
                    return current;
                }

                current.Status = status;
                return await client.CoreV1.ReplaceNamespacedPodStatusAsync(current, pod.Name(), pod.Namespace(), cancellationToken: cancel);
            }
            catch (HttpOperationException error) when (error.Response.StatusCode == HttpStatusCode.NotFound)
            {
                return null;
            }
            catch (HttpOperationException error) when (error.Response.StatusCode == HttpStatusCode.Conflict && attempt < ConflictLimit)
            {
                // Somebody else wrote the pod between our read and our write.
            }
        }
    }

    /// <summary>Removes the object of a pod whose containers are gone.</summary>
    public async Task DeleteAsync(V1Pod pod, CancellationToken cancel)
    {
        try
        {
            var options = new V1DeleteOptions { GracePeriodSeconds = 0, Preconditions = new V1Preconditions { Uid = pod.Uid() } };
            await client.CoreV1.DeleteNamespacedPodAsync(pod.Name(), pod.Namespace(), options, cancellationToken: cancel);
        }
        catch (HttpOperationException error) when (error.Response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
        {
            // Gone already, or its name belongs to a new pod.
        }
    }
}
