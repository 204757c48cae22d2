using Grpc.Core;
using k8s.Models;
using Rebalancer.Lab.Cgroups;
using Rebalancer.Lab.Cri;
using Rebalancer.Lab.Kubelet.Containers;

namespace Rebalancer.Lab.Kubelet.Pods;

/// <summary>Makes the sandbox of a pod: cgroup, network, pause container.</summary>
internal sealed class PodSandboxes(KubeletNode node, PodRuntime runtime, PodObjects objects, EventRecorder events, KubeletTimes times, TimeProvider time)
{
    /// <exception cref="KubeletException">FailedCreatePodSandBox.</exception>
    public async Task RunAsync(V1Pod pod, PodObservation observation, CancellationToken cancel)
    {
        var config = ConfigOf(pod, observation.Sandboxes is [var newest, ..] ? newest.Metadata.Attempt + 1 : 0);
        new CgroupTree(PodPaths.Cgroup(node.CgroupParent, pod)).Create();
        Directory.CreateDirectory(node.Seen(PodPaths.Logs(pod)));
        try
        {
            var request = new RunPodSandboxRequest { Config = config, RuntimeHandler = await objects.RuntimeHandlerAsync(pod, cancel) };
            await node.Cri.Runtime.RunPodSandboxAsync(request, runtime.Options(cancel, times.RunPodSandboxLimit));
        }
        catch (RpcException error) when (!cancel.IsCancellationRequested)
        {
            var message = $"Failed to create pod sandbox: {error.Status.Detail}";
            await events.RecordAsync(pod, "Warning", "FailedCreatePodSandBox", message, cancel);
            throw new KubeletException("FailedCreatePodSandBox", message, error);
        }
    }

    /// <summary>The configuration of a sandbox that exists, as its containers need it.</summary>
    public PodSandboxConfig ConfigOf(V1Pod pod, uint attempt) => SandboxConfigs.Of(pod, node.CgroupParent, attempt, time.GetUtcNow());
}
