using System.Net;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Rebalancer.Lab.Volumes;

/// <summary>What a node's status says of volumes.</summary>
internal static class NodeVolumes
{
    /// <returns>Null: it is not attached there.</returns>
    public static string? DeviceOf(V1Node node, string volume) => node.Status?.VolumesAttached?.FirstOrDefault(attached => attached.Name == volume)?.DevicePath;

    public static bool IsInUse(V1Node node, string volume) => node.Status?.VolumesInUse?.Contains(volume) == true;

    /// <param name="device">Null: not attached.</param>
    public static Task SetAttachedAsync(IKubernetes client, string node, string volume, string? device, CancellationToken cancel)
    {
        V1AttachedVolume[] added = device is null ? [] : [new V1AttachedVolume { Name = volume, DevicePath = device }];
        return ChangeAsync(client, node, status => status.VolumesAttached = [.. (status.VolumesAttached ?? []).Where(attached => attached.Name != volume), .. added], cancel);
    }

    public static Task SetInUseAsync(IKubernetes client, string node, string volume, bool isInUse, CancellationToken cancel)
    {
        string[] added = isInUse ? [volume] : [];
        return ChangeAsync(client, node, status => status.VolumesInUse = [.. (status.VolumesInUse ?? []).Where(used => used != volume), .. added], cancel);
    }

    private static async Task ChangeAsync(IKubernetes client, string name, Action<V1NodeStatus> change, CancellationToken cancel)
    {
        while (true)
        {
            var node = await client.CoreV1.ReadNodeAsync(name, cancellationToken: cancel);
            change(node.Status);
            try
            {
                await client.CoreV1.ReplaceNodeStatusAsync(node, name, cancellationToken: cancel);
                return;
            }
            catch (HttpOperationException error) when (error.Response.StatusCode == HttpStatusCode.Conflict)
            {
                // Its kubelet, or somebody else, has just written it.
            }
        }
    }
}
