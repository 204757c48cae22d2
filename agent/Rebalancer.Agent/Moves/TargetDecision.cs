using Microsoft.Extensions.Logging;
using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Moves;

/// <summary>The decision of a move, waited for while its copy is held.</summary>
internal sealed class TargetDecision(MoveServices services, TargetMove move, ILogger log)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    /// <summary>As read from the API server. A source that is gone before it was made is answered by an abort, which may lose against a commit.</summary>
    public async Task<string> AwaitAsync(CancellationToken callerGone)
    {
        var context = move.Context;
        var decided = services.Book.WaitAsync(context.Uid, now => now.Status.Decision != Decision.None, callerGone);
        var hinted = context.Hinted.WaitAsync(callerGone);
        var lost = move.Stream.Ended.WaitAsync(callerGone);
        while (true)
        {
            if (move.Now.Status.Decision is { Length: > 0 } known) { return known; }
            var first = await Task.WhenAny(decided, hinted, lost, Task.Delay(Poll, services.Clock, callerGone));
            callerGone.ThrowIfCancellationRequested();
            if (first == lost && move.IsRestoredBeforeCommit)
            {
                return await move.AbortAsync(new MoveException(Reasons.SourceLost, "the source's agent was lost while the copy was held"), callerGone);
            }
            await TryReadAsync(callerGone);
            if (first == hinted) { hinted = Task.Delay(Timeout.InfiniteTimeSpan, services.Clock, callerGone); }
        }
    }

    private async Task TryReadAsync(CancellationToken cancellation)
    {
        try
        {
            await services.Decisions(log).ReadAsync(move.Now, cancellation);
        }
        catch (Exception e) when (DecisionReader.IsTransient(e))
        {
            log.LogWarning("Migration {Name} cannot be read while its copy is held: {Cause}", move.Context.Migration.Metadata.Name, e.Message);
        }
    }
}
