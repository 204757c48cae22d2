namespace Rebalancer.Lab.Workloads;

/// <summary>A pod that is moved, and the clients that check it meanwhile.</summary>
internal interface IWorkload : IAsyncDisposable
{
    /// <summary>What the clients complain about; null while all is well.</summary>
    string? Problem { get; }

    long Replies { get; }

    /// <summary>Replies after which every client has most likely had one.</summary>
    int Clients { get; }

    /// <summary>Longest wait for one reply since <see cref="OpenWindow"/>, replies that are being waited for included.</summary>
    double WindowStallMs { get; }

    void OpenWindow();

    /// <summary>Stops the clients and compares what they did with what the workload holds.</summary>
    /// <returns>What was checked, for the report.</returns>
    /// <exception cref="Clients.WrongReplyException">Something was lost or doubled.</exception>
    Task<string> FinishAsync(CancellationToken cancel);
}
