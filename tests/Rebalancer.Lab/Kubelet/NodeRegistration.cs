using System.Net;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Rebalancer.Lab.Kubelet;

/// <summary>The Node object: made when missing, labelled by the lab's options, its status renewed as a heartbeat.</summary>
internal sealed class NodeRegistration(IKubernetes client, KubeletNode node, KubeletTimes times, TimeProvider time)
{
    public async Task RegisterAsync(CancellationToken cancel)
    {
        try
        {
            await client.CoreV1.CreateNodeAsync(NodeObject(), cancellationToken: cancel);
        }
        catch (HttpOperationException error) when (error.Response.StatusCode == HttpStatusCode.Conflict)
        {
            // Registered before: labels, annotations and taints that others set since then stay.
        }

        await BeatAsync(cancel);
    }

    public async Task HeartbeatAsync(CancellationToken cancel)
    {
        while (true)
        {
            await Task.Delay(times.HeartbeatPeriod, time, cancel);
            await BeatAsync(cancel);
        }
    }

    public async Task<V1Node> ReadAsync(CancellationToken cancel) => await client.CoreV1.ReadNodeAsync(node.Name, cancellationToken: cancel);

    private async Task BeatAsync(CancellationToken cancel)
    {
        try
        {
            var current = await ReadAsync(cancel);
            current.Status = Status(current.Status);
            await client.CoreV1.ReplaceNodeStatusAsync(current, node.Name, cancellationToken: cancel);
        }
        catch (Exception error) when (error is HttpOperationException or HttpRequestException)
        {
            // Changed between read and write, or the API server is away: the next beat comes soon.
        }
    }

    private V1Node NodeObject() => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = node.Name,
            Labels = new Dictionary<string, string>(node.Options.Labels)
            {
                ["kubernetes.io/hostname"] = node.Name,
                ["kubernetes.io/os"] = "linux",
                ["kubernetes.io/arch"] = "amd64",
            },
            Annotations = new Dictionary<string, string>(node.Options.Annotations),
        },
        Spec = new V1NodeSpec { Taints = node.Options.Taints.Count > 0 ? [.. node.Options.Taints] : null },
        Status = Status(null),
    };

    private V1NodeStatus Status(V1NodeStatus? old)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var room = new Dictionary<string, ResourceQuantity>
        {
            ["cpu"] = new(node.Options.Cpu),
            ["memory"] = new(node.Options.Memory),
            ["pods"] = new($"{node.Options.MaxPods}"),
        };
        var since = old?.Conditions?.FirstOrDefault(condition => condition is { Type: "Ready", Status: "True" })?.LastTransitionTime ?? now;
        var ready = new V1NodeCondition { Type = "Ready", Status = "True", Reason = "KubeletReady", Message = "the lab's kubelet is posting ready status", LastHeartbeatTime = now, LastTransitionTime = since };
        return new V1NodeStatus
        {
            Capacity = room,
            Allocatable = room,
            Addresses = [new V1NodeAddress { Address = node.Address, Type = "InternalIP" }, new V1NodeAddress { Address = node.Name, Type = "Hostname" }],
            Conditions = [ready, .. (old?.Conditions ?? []).Where(condition => condition.Type != "Ready")],
            VolumesAttached = old?.VolumesAttached,
            VolumesInUse = old?.VolumesInUse,
            NodeInfo = new V1NodeSystemInfo
            {
                Architecture = "amd64", OperatingSystem = "linux", KubeletVersion = "v1.36.0-lab", ContainerRuntimeVersion = "containerd://2", OsImage = "Debian testing",
                KernelVersion = Environment.OSVersion.Version.ToString(), BootID = "", MachineID = node.Name, SystemUUID = "", KubeProxyVersion = "",
            },
        };
    }
}
