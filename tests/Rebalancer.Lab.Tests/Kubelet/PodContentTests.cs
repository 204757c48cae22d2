using System.Text;
using k8s;
using k8s.Models;
using Rebalancer.Lab.Cri;

namespace Rebalancer.Lab.Tests.Kubelet;

/// <summary>What a container finds inside: environment, volumes, names; and pods that the node cannot take.</summary>
[Collection(PlainNodesCollection.Name)]
public sealed class PodContentTests(PlainNodes nodes) : IDisposable
{
    private readonly CancellationTokenSource limit = new(TimeSpan.FromMinutes(2));

    public void Dispose() => limit.Dispose();

    [Fact]
    public async Task Container_Inside_SeesVolumesEnvironmentAndNames()
    {
        await nodes.Lab.Client.CoreV1.CreateNamespacedConfigMapAsync(
            new V1ConfigMap { Metadata = new V1ObjectMeta { Name = "settings" }, Data = new Dictionary<string, string> { ["colour"] = "blue" } }, "default", cancellationToken: limit.Token);
        await nodes.Lab.Client.CoreV1.CreateNamespacedSecretAsync(
            new V1Secret { Metadata = new V1ObjectMeta { Name = "keys" }, Data = new Dictionary<string, byte[]> { ["key"] = Encoding.UTF8.GetBytes("hidden") } }, "default", cancellationToken: limit.Token);
        var running = await nodes.Pods.StartAsync(Everything(), limit.Token);

        Assert.Equal("blue", await ReadAsync(running, "cat /settings/colour"));
        Assert.Equal("hidden", await ReadAsync(running, "cat /all/key"));
        Assert.StartsWith("lab.default.", await ReadAsync(running, "cat /all/token"), StringComparison.Ordinal);
        Assert.Equal("blue content 10.88.0.11", await ReadAsync(running, "echo $COLOUR $NAME $HOST"));
        Assert.Contains($"{running.Status.PodIP}\tcontent", await ReadAsync(running, "cat /etc/hosts"), StringComparison.Ordinal);
        Assert.Contains("nameserver 10.96.0.10", await ReadAsync(running, "cat /etc/resolv.conf"), StringComparison.Ordinal);
        Assert.Equal("content", await ReadAsync(running, "cat /etc/hostname"));
        Assert.Equal("tmpfs", await ReadAsync(running, "grep ' /memory ' /proc/mounts | cut -d' ' -f3"));
        await nodes.Pods.DeleteAsync("content", limit.Token);
    }

    [Fact]
    public async Task Pod_WithoutRoomOnItsNode_IsRejected()
    {
        var pod = Pods.Shell("large", "n1", Pods.Stay);
        pod.Spec.Containers[0].Resources = new V1ResourceRequirements { Requests = new Dictionary<string, ResourceQuantity> { ["cpu"] = new("5") } };
        await nodes.Pods.CreateAsync(pod, limit.Token);
        var rejected = await nodes.Pods.WaitAsync("large", current => current.Status?.Phase == "Failed", "rejected", limit.Token);
        Assert.Equal("OutOfcpu", rejected.Status.Reason);
        await nodes.Pods.DeleteAsync("large", limit.Token, graceSeconds: 0);
    }

    [Fact]
    public async Task Pod_OfAnUnknownImage_WaitsWithAReason()
    {
        var pod = Pods.Shell("unknown", "n1", Pods.Stay);
        pod.Spec.Containers[0].Image = "lab.local/none:1";
        await nodes.Pods.CreateAsync(pod, limit.Token);
        var waiting = await nodes.Pods.WaitAsync("unknown", current => current.Status?.ContainerStatuses is [{ State.Waiting.Reason: "ErrImageNeverPull" }], "refused", limit.Token);
        Assert.Contains("lab.local/none:1", Pods.Only(waiting).State.Waiting.Message, StringComparison.Ordinal);
        Assert.Equal("Pending", waiting.Status.Phase);
        await nodes.Pods.DeleteAsync("unknown", limit.Token);
    }

    private static V1Pod Everything()
    {
        var pod = Pods.Shell("content", "n1", Pods.Stay);
        var container = pod.Spec.Containers[0];
        V1VolumeProjection[] sources =
        [
            new() { Secret = new V1SecretProjection { Name = "keys" } },
            new() { ServiceAccountToken = new V1ServiceAccountTokenProjection { Path = "token" } },
        ];
        pod.Spec.Volumes =
        [
            new V1Volume { Name = "settings", ConfigMap = new V1ConfigMapVolumeSource { Name = "settings" } },
            new V1Volume { Name = "all", Projected = new V1ProjectedVolumeSource { Sources = sources } },
            new V1Volume { Name = "memory", EmptyDir = new V1EmptyDirVolumeSource { Medium = "Memory" } },
        ];
        container.VolumeMounts = [.. pod.Spec.Volumes.Select(volume => new V1VolumeMount { Name = volume.Name, MountPath = "/" + volume.Name })];
        container.Env =
        [
            new V1EnvVar { Name = "COLOUR", ValueFrom = new V1EnvVarSource { ConfigMapKeyRef = new V1ConfigMapKeySelector { Name = "settings", Key = "colour" } } },
            new V1EnvVar { Name = "NAME", ValueFrom = new V1EnvVarSource { FieldRef = new V1ObjectFieldSelector { FieldPath = "metadata.name" } } },
            new V1EnvVar { Name = "HOST", ValueFrom = new V1EnvVarSource { FieldRef = new V1ObjectFieldSelector { FieldPath = "status.hostIP" } } },
        ];
        return pod;
    }

    private async Task<string> ReadAsync(V1Pod pod, string script)
    {
        var request = new ExecSyncRequest { ContainerId = Pods.Only(pod).ContainerID["containerd://".Length..], Cmd = { "sh", "-c", script }, Timeout = 10 };
        return (await nodes.First.Cri.Runtime.ExecSyncAsync(request, cancellationToken: limit.Token)).Stdout.ToStringUtf8().Trim();
    }
}
