namespace Rebalancer.Runtime;

/// <summary>The wrapper refuses a call. Containerd shows the message to kubelet, kubelet in an event of the pod.</summary>
internal sealed class RuntimeFailureException(string reason, string message) : Exception(message)
{
    /// <summary>One of <see cref="FailureReasons"/>, or what the agent said.</summary>
    public string Reason { get; } = reason;
}

internal static class FailureReasons
{
    /// <summary>The pod was moved away from this node; none of its containers may ever run here again.</summary>
    public const string PodReleased = "PodReleased";
    /// <summary>A claimed container got no decision: it must not start cold beside a live source.</summary>
    public const string NoDecision = "NoDecision";
    public const string RestoreFailed = "RestoreFailed";
    public const string RuncMissing = "RuncMissing";
    public const string BundleUnreadable = "BundleUnreadable";
    /// <summary>The copy of a moved pod still lacks pages that only the processes here have.</summary>
    public const string LatePages = "LatePages";
    public const string KillIncomplete = "KillIncomplete";
    public const string Refused = "Refused";
}
