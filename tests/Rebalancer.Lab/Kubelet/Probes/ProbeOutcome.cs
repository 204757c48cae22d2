namespace Rebalancer.Lab.Kubelet.Probes;

/// <summary>Result of one probe.</summary>
internal enum ProbeResult
{
    Success,
    Failure,

    /// <summary>The probe itself could not be made (exec into a paused container); the last result stays.</summary>
    Unknown,
}

internal sealed record ProbeOutcome(ProbeResult Result, string Message)
{
    public bool IsSuccess => Result == ProbeResult.Success;

    public static ProbeOutcome Success { get; } = new(ProbeResult.Success, "");

    public static ProbeOutcome Failure(string message) => new(ProbeResult.Failure, message);

    public static ProbeOutcome Unknown(string message) => new(ProbeResult.Unknown, message);
}
