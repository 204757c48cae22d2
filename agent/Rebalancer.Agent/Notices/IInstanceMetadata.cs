namespace Rebalancer.Agent.Notices;

internal interface IInstanceMetadata
{
    /// <summary>Body of the interruption notice; null while there is none.</summary>
    /// <exception cref="MetadataUnavailableException">No answer, or one that says neither yes nor no.</exception>
    Task<string?> ReadNoticeAsync(CancellationToken cancellation);
}

/// <summary>The metadata service did not answer the question. Says nothing about the node.</summary>
internal sealed class MetadataUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
