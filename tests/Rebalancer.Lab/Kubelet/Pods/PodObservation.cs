using Rebalancer.Lab.Cri;

namespace Rebalancer.Lab.Kubelet.Pods;

/// <summary>What the runtime has of a pod.</summary>
/// <param name="Sandboxes">Newest first.</param>
/// <param name="Containers">Newest first.</param>
/// <param name="Address">Of the newest sandbox while it is ready.</param>
internal sealed record PodObservation(IReadOnlyList<PodSandbox> Sandboxes, IReadOnlyList<ContainerStatus> Containers, string? Address)
{
    public static PodObservation None { get; } = new([], [], null);

    public PodSandbox? ReadySandbox => Sandboxes is [{ State: PodSandboxState.SandboxReady } newest, ..] ? newest : null;

    public IEnumerable<ContainerStatus> OfContainer(string name) => Containers.Where(container => container.Metadata.Name == name);

    public ContainerStatus? Newest(string name) => OfContainer(name).FirstOrDefault();

    public IEnumerable<ContainerStatus> Running => Containers.Where(container => container.State == ContainerState.ContainerRunning);
}
