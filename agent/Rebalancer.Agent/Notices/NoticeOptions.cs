namespace Rebalancer.Agent.Notices;

internal sealed record NoticeOptions
{
    /// <summary>How often the metadata service is asked. EC2 says 5 seconds; of the 120 that a notice leaves, each counts.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Longest wait between two tries while the service is absent.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often the Node is looked at again while a notice stands, in case somebody took its mark away.</summary>
    public TimeSpan MarkPeriod { get; init; } = TimeSpan.FromSeconds(30);
}
