using Grpc.Core;
using k8s.Models;
using Rebalancer.Lab.Cri;
using Rebalancer.Lab.Kubelet.Pods;
using Rebalancer.Lab.Kubelet.Volumes;

namespace Rebalancer.Lab.Kubelet.Containers;

/// <summary>Creates and starts one container of a pod whose sandbox is ready.</summary>
internal sealed class ContainerStarter(KubeletNode node, PodRuntime runtime, EnvironmentVariables environment, ContainerMounts mounts, LifecycleHooks hooks, EventRecorder events)
{
    /// <exception cref="KubeletException">With kubelet's reason: ErrImageNeverPull, CreateContainerConfigError, CreateContainerError, RunContainerError, PostStartHookError.</exception>
    public async Task StartAsync(V1Pod pod, V1Container container, int attempt, string sandboxId, PodSandboxConfig sandbox, string? podAddress, CancellationToken cancel)
    {
        var image = await ImageAsync(container, cancel);
        var variables = await environment.OfAsync(pod, container, podAddress, cancel);
        var config = ContainerConfigs.Of(pod, container, attempt, image, variables, await mounts.OfAsync(pod, container, attempt, podAddress, cancel));
        Directory.CreateDirectory(node.Seen($"{PodPaths.Logs(pod)}/{container.Name}"));
        var id = await CreateAsync(sandboxId, sandbox, config, cancel);
        await events.RecordAsync(pod, "Normal", "Created", $"Created container {container.Name}", cancel);
        await StartAsync(id, container, cancel);
        await events.RecordAsync(pod, "Normal", "Started", $"Started container {container.Name}", cancel);
        await PostStartAsync(pod, container, id, podAddress, cancel);
    }

    private async Task<string> ImageAsync(V1Container container, CancellationToken cancel)
    {
        var request = new ImageStatusRequest { Image = new ImageSpec { Image = container.Image } };
        var image = (await node.Cri.Images.ImageStatusAsync(request, runtime.Options(cancel))).Image;
        return image?.Id ?? throw new KubeletException("ErrImageNeverPull", $"Container image \"{container.Image}\" is not present on node {node.Name}; the lab pulls none");
    }

    private async Task<string> CreateAsync(string sandboxId, PodSandboxConfig sandbox, ContainerConfig config, CancellationToken cancel)
    {
        try
        {
            var request = new CreateContainerRequest { PodSandboxId = sandboxId, Config = config, SandboxConfig = sandbox };
            return (await node.Cri.Runtime.CreateContainerAsync(request, runtime.Options(cancel))).ContainerId;
        }
        catch (RpcException error) when (!cancel.IsCancellationRequested)
        {
            throw new KubeletException("CreateContainerError", error.Status.Detail, error);
        }
    }

    private async Task StartAsync(string id, V1Container container, CancellationToken cancel)
    {
        try
        {
            await node.Cri.Runtime.StartContainerAsync(new StartContainerRequest { ContainerId = id }, runtime.Options(cancel));
        }
        catch (RpcException error) when (!cancel.IsCancellationRequested)
        {
            throw new KubeletException("RunContainerError", $"container {container.Name}: {error.Status.Detail}", error);
        }
    }

    private async Task PostStartAsync(V1Pod pod, V1Container container, string id, string? podAddress, CancellationToken cancel)
    {
        if (container.Lifecycle?.PostStart is not { } hook)
        {
            return;
        }

        try
        {
            await hooks.RunAsync(id, hook, podAddress, runtime.Options(cancel).Deadline!.Value, cancel);
        }
        catch (KubeletException error)
        {
            await events.RecordAsync(pod, "Warning", "FailedPostStartHook", error.Message, cancel);
            await runtime.StopContainerAsync(id, (int)(pod.Spec.TerminationGracePeriodSeconds ?? 30), cancel);
            throw new KubeletException("PostStartHookError", error.Message, error);
        }
    }
}
