using System.Net;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Rebalancer.Lab.Kubelet.Containers;

/// <summary>ConfigMaps and Secrets of a pod's namespace, and the runtime handler of its RuntimeClass.</summary>
internal sealed class PodObjects(IKubernetes client)
{
    /// <exception cref="KubeletException">It does not exist and is not optional.</exception>
    public async Task<V1ConfigMap?> ConfigMapAsync(V1Pod pod, string name, bool? optional, CancellationToken cancel) =>
        await FindAsync(() => client.CoreV1.ReadNamespacedConfigMapAsync(name, pod.Namespace(), cancellationToken: cancel), $"configmap \"{name}\"", optional);

    /// <exception cref="KubeletException">It does not exist and is not optional.</exception>
    public async Task<V1Secret?> SecretAsync(V1Pod pod, string name, bool? optional, CancellationToken cancel) =>
        await FindAsync(() => client.CoreV1.ReadNamespacedSecretAsync(name, pod.Namespace(), cancellationToken: cancel), $"secret \"{name}\"", optional);

    /// <summary>Empty: the runtime's default handler.</summary>
    /// <exception cref="KubeletException">The RuntimeClass does not exist.</exception>
    public async Task<string> RuntimeHandlerAsync(V1Pod pod, CancellationToken cancel)
    {
        if (pod.Spec.RuntimeClassName is not { Length: > 0 } name)
        {
            return "";
        }

        return (await FindAsync(() => client.NodeV1.ReadRuntimeClassAsync(name, cancellationToken: cancel), $"runtimeclass \"{name}\"", optional: false))!.Handler;
    }

    private static async Task<T?> FindAsync<T>(Func<Task<T>> read, string what, bool? optional)
        where T : class
    {
        try
        {
            return await read();
        }
        catch (HttpOperationException error) when (error.Response.StatusCode == HttpStatusCode.NotFound)
        {
            return optional == true ? null : throw new KubeletException("CreateContainerConfigError", $"{what} not found", error);
        }
    }
}
