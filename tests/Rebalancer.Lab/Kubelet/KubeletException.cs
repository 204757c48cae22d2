namespace Rebalancer.Lab.Kubelet;

/// <summary>A step of a pod's sync failed and is tried again later.</summary>
/// <param name="reason">What the event and the container's waiting state say: "FailedMount", "CreateContainerError", ...</param>
internal sealed class KubeletException(string reason, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Reason { get; } = reason;
}
