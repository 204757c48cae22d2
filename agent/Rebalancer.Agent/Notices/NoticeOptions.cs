using Rebalancer.Agent.Notices.Clouds;

namespace Rebalancer.Agent.Notices;

internal sealed record NoticeOptions
{
    /// <summary>One of <see cref="CloudChoice.Names"/>.</summary>
    public string Cloud { get; init; } = CloudChoice.Auto;

    /// <summary>How often the clouds' services are tried before there is none.</summary>
    public int ProbeRounds { get; init; } = 8;

    /// <summary>A cloud that waits for a word is told when the pods have left.</summary>
    public bool CanAcknowledge { get; init; } = true;

    /// <summary>Longest wait between two tries while the service is absent.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often the Node is looked at again while a notice stands, in case somebody took its mark away.</summary>
    public TimeSpan MarkPeriod { get; init; } = TimeSpan.FromSeconds(30);
}
