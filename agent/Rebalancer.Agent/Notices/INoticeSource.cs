namespace Rebalancer.Agent.Notices;

/// <summary>One cloud's way to tell a machine that it will be taken, from the machine's own metadata service.</summary>
internal interface INoticeSource
{
    Cloud Cloud { get; }

    /// <summary>How often it is to be asked.</summary>
    TimeSpan Period { get; }

    /// <summary>Whether the service that answers is this cloud's. Absent, slow or another one: false.</summary>
    Task<bool> IsPresentAsync(CancellationToken cancellation);

    /// <exception cref="MetadataUnavailableException">No answer to the question that matters most. Says nothing about the node.</exception>
    Task<NoticeReading> ReadAsync(CancellationToken cancellation);
}

/// <summary>A cloud that waits for a word, or for its time, before it takes the machine.</summary>
internal interface IAcknowledgedNotices
{
    /// <summary>The machine may be taken now.</summary>
    /// <exception cref="MetadataUnavailableException">It was not heard.</exception>
    Task AcknowledgeAsync(string eventId, CancellationToken cancellation);
}

/// <summary>The metadata service did not answer the question. Says nothing about the node.</summary>
internal sealed class MetadataUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
