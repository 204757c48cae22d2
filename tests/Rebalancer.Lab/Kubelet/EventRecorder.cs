using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Rebalancer.Lab.Kubelet;

/// <summary>Events of the kubelet about pods. Not counted up as a real kubelet does: each is an object.</summary>
internal sealed class EventRecorder(IKubernetes client, string node, TimeProvider time)
{
    private const int MessageLimit = 1024;

    public async Task RecordAsync(V1Pod pod, string type, string reason, string message, CancellationToken cancel)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var record = new Corev1Event
        {
            Metadata = new V1ObjectMeta { GenerateName = pod.Name() + ".", NamespaceProperty = pod.Namespace() },
            InvolvedObject = new V1ObjectReference { ApiVersion = "v1", Kind = "Pod", Name = pod.Name(), NamespaceProperty = pod.Namespace(), Uid = pod.Uid() },
            Type = type,
            Reason = reason,
            Message = message.Length > MessageLimit ? message[..MessageLimit] : message,
            Source = new V1EventSource { Component = "kubelet", Host = node },
            ReportingComponent = "kubelet",
            ReportingInstance = node,
            FirstTimestamp = now,
            LastTimestamp = now,
            Count = 1,
        };
        try
        {
            await client.CoreV1.CreateNamespacedEventAsync(record, pod.Namespace(), cancellationToken: cancel);
        }
        catch (Exception error) when (error is HttpOperationException or HttpRequestException)
        {
            // Events are a courtesy: a namespace that is being deleted, or an API server that is away, must not stop a pod.
        }
    }
}
