using Grpc.Core;
using Rebalancer.Lab.Cri;

namespace Rebalancer.Lab.Kubelet.Pods;

/// <summary>Questions to the runtime and its short orders, each with kubelet's limit in time.</summary>
internal sealed class PodRuntime(CriClient cri, KubeletTimes times, TimeProvider time)
{
    private RuntimeService.RuntimeServiceClient Runtime => cri.Runtime;

    public async Task<PodObservation> ObserveAsync(string podUid, CancellationToken cancel)
    {
        var sandboxFilter = new PodSandboxFilter { LabelSelector = { [Labels.PodUid] = podUid } };
        var sandboxes = (await Runtime.ListPodSandboxAsync(new ListPodSandboxRequest { Filter = sandboxFilter }, Options(cancel))).Items;
        var containerFilter = new ContainerFilter { LabelSelector = { [Labels.PodUid] = podUid } };
        var containers = (await Runtime.ListContainersAsync(new ListContainersRequest { Filter = containerFilter }, Options(cancel))).Containers;
        var statuses = await Task.WhenAll(containers.Select(container => StatusAsync(container.Id, cancel)));
        var newest = sandboxes.OrderByDescending(sandbox => sandbox.CreatedAt).ToArray();
        return new PodObservation(
            newest,
            statuses.OfType<ContainerStatus>().OrderByDescending(status => status.CreatedAt).ToArray(),
            newest is [{ State: PodSandboxState.SandboxReady } ready, ..] ? await AddressAsync(ready.Id, cancel) : null);
    }

    /// <summary>Sandboxes and containers of all pods: pod UID to a text that changes when anything of the pod does.</summary>
    public async Task<IReadOnlyDictionary<string, string>> FingerprintsAsync(CancellationToken cancel)
    {
        var sandboxes = (await Runtime.ListPodSandboxAsync(new ListPodSandboxRequest(), Options(cancel))).Items;
        var containers = (await Runtime.ListContainersAsync(new ListContainersRequest(), Options(cancel))).Containers;
        return sandboxes.Select(sandbox => (sandbox.Labels, Text: $"{sandbox.Id}:{sandbox.State}"))
            .Concat(containers.Select(container => (container.Labels, Text: $"{container.Id}:{container.State}")))
            .GroupBy(item => item.Labels.TryGetValue(Labels.PodUid, out var uid) ? uid : "")
            .Where(group => group.Key.Length > 0)
            .ToDictionary(group => group.Key, group => string.Join(',', group.Select(item => item.Text).Order(StringComparer.Ordinal)));
    }

    /// <summary>SIGTERM, SIGKILL after the grace.</summary>
    public async Task StopContainerAsync(string id, int graceSeconds, CancellationToken cancel) => await Runtime.StopContainerAsync(
        new StopContainerRequest { ContainerId = id, Timeout = graceSeconds },
        Options(cancel, times.RuntimeRequestLimit + TimeSpan.FromSeconds(graceSeconds)));

    public async Task StopSandboxAsync(string id, CancellationToken cancel) => await Runtime.StopPodSandboxAsync(new StopPodSandboxRequest { PodSandboxId = id }, Options(cancel));

    public async Task RemoveSandboxAsync(string id, CancellationToken cancel) => await Runtime.RemovePodSandboxAsync(new RemovePodSandboxRequest { PodSandboxId = id }, Options(cancel));

    public async Task RemoveContainerAsync(string id, CancellationToken cancel) => await Runtime.RemoveContainerAsync(new RemoveContainerRequest { ContainerId = id }, Options(cancel));

    public async Task<ExecSyncResponse> ExecAsync(string id, IEnumerable<string> command, int limitSeconds, CancellationToken cancel) =>
        await Runtime.ExecSyncAsync(new ExecSyncRequest { ContainerId = id, Cmd = { command }, Timeout = limitSeconds }, Options(cancel, times.RuntimeRequestLimit + TimeSpan.FromSeconds(limitSeconds)));

    public CallOptions Options(CancellationToken cancel, TimeSpan? limit = null) =>
        new(deadline: (time.GetUtcNow() + (limit ?? times.RuntimeRequestLimit)).UtcDateTime, cancellationToken: cancel);

    private async Task<ContainerStatus?> StatusAsync(string id, CancellationToken cancel)
    {
        try
        {
            return (await Runtime.ContainerStatusAsync(new ContainerStatusRequest { ContainerId = id }, Options(cancel))).Status;
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.NotFound)
        {
            return null;
        }
    }

    private async Task<string?> AddressAsync(string sandboxId, CancellationToken cancel)
    {
        try
        {
            var status = (await Runtime.PodSandboxStatusAsync(new PodSandboxStatusRequest { PodSandboxId = sandboxId }, Options(cancel))).Status;
            return status.Network?.Ip is { Length: > 0 } address ? address : null;
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.NotFound)
        {
            return null;
        }
    }
}
