using System.Collections.Immutable;
using k8s.Autorest;
using k8s.Models;

namespace Rebalancer.Agent.Notices;

/// <summary>
/// Asks a cloud for notices and keeps the Node marked accordingly. What cannot be read or understood changes nothing: neither is a mark set on a broken word,
/// nor one taken away because the service is silent, or only a part of what it has to say could be read.
/// </summary>
internal sealed partial class NoticeWatch(
    INoticeSource source, INodeObject node, Acknowledgement? acknowledgement, NoticeOptions options, NoticeMetrics metrics, Random random, TimeProvider time, ILogger<NoticeWatch> log)
{
    private const int MaxTries = 5;

    private Wanted? _marked;
    private long _markedAt;
    private int _failures;
    private ImmutableArray<string> _lastProblems = [];

    /// <summary>For as long as the agent runs.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            await Task.Delay(await StepAsync(cancellation), time, cancellation);
        }
    }

    /// <summary>One round of questions and what follows from it.</summary>
    /// <returns>How long to wait before the next.</returns>
    public async Task<TimeSpan> StepAsync(CancellationToken cancellation)
    {
        try
        {
            var reading = await source.ReadAsync(cancellation);
            if (_failures > 0)
            {
                Answers(log, _failures);
                _failures = 0;
            }

            Tell(reading);
            await KeepAsync(new Wanted(reading.End, reading.IsRisky, reading.IsComplete), cancellation);
            await (acknowledgement?.StepAsync(reading.End, cancellation) ?? Task.CompletedTask);
        }
        catch (MetadataUnavailableException e)
        {
            return NextTry(e);
        }
        catch (Exception e) when (e is HttpOperationException or HttpRequestException or TimeoutException)
        {
            MarkFailed(log, e.Message);
        }

        return source.Period;
    }

    private async Task KeepAsync(Wanted wanted, CancellationToken cancellation)
    {
        var standsLong = (wanted.End is not null || wanted.IsRisky == true) && time.GetElapsedTime(_markedAt) >= options.MarkPeriod;
        if (wanted != _marked || standsLong)
        {
            await MarkAsync(wanted, cancellation);
        }
    }

    private async Task MarkAsync(Wanted wanted, CancellationToken cancellation)
    {
        for (var i = 0; i < MaxTries; i++)
        {
            var current = await node.ReadAsync(cancellation);
            var noticed = wanted.End is { } end && NoticeMark.Set(current, end, time.GetUtcNow(), canMoveBack: wanted.IsComplete);
            var withdrawn = wanted is { End: null, IsComplete: true } && NoticeMark.Withdraw(current);
            var weighed = wanted.IsRisky is { } risky && RiskMark.Set(current, risky);
            if (!(noticed || withdrawn || weighed) || await node.TryReplaceAsync(current, cancellation))
            {
                Report(wanted, noticed, withdrawn, weighed, current);
                (_marked, _markedAt) = (wanted, time.GetTimestamp());
                return;
            }
        }

        throw new TimeoutException($"the Node was changed {MaxTries} times while it was marked");
    }

    private void Report(Wanted wanted, bool noticed, bool withdrawn, bool weighed, V1Node current)
    {
        if (noticed)
        {
            Noticed(log, current.Metadata.Name, wanted.End!.Cause, wanted.End.At);
        }

        if (withdrawn)
        {
            Withdrawn(log, current.Metadata.Name);
        }

        if (weighed)
        {
            Weighed(log, current.Metadata.Name, wanted.IsRisky == true ? "recommends" : "no longer recommends");
        }
    }

    /// <summary>Counts every problem, and says each once for as long as it stays the same.</summary>
    private void Tell(NoticeReading reading)
    {
        for (var i = 0; i < reading.Broken.Length; i++) { metrics.CountBroken(); }
        for (var i = 0; i < reading.Unanswered.Length; i++) { metrics.CountUnavailable(); }
        ImmutableArray<string> problems = [.. reading.Broken, .. reading.Unanswered];
        foreach (var problem in problems.Except(_lastProblems))
        {
            Broken(log, problem);
        }

        _lastProblems = problems;
    }

    private TimeSpan NextTry(MetadataUnavailableException e)
    {
        metrics.CountUnavailable();
        if (_failures++ == 0)
        {
            Unavailable(log, e.Message);
        }

        var full = Math.Min(options.LongestWait.TotalSeconds, source.Period.TotalSeconds * Math.Pow(2, Math.Min(_failures - 1, 16)));
        // Nodes that lost their service together must not come back in step.
        return TimeSpan.FromSeconds(full * (0.5 + (random.NextDouble() / 2)));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node}: notice, {Cause} at {At:O}")]
    private static partial void Noticed(ILogger log, string node, string cause, DateTimeOffset at);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node}: the notice was withdrawn, its mark is taken away")]
    private static partial void Withdrawn(ILogger log, string node);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node}: the cloud {Recommends} to leave it; that is a risk, and no order")]
    private static partial void Weighed(ILogger log, string node, string recommends);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Ignored: {Cause}")]
    private static partial void Broken(ILogger log, string cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No notices can be read, tried again until it answers: {Cause}")]
    private static partial void Unavailable(ILogger log, string cause);

    [LoggerMessage(Level = LogLevel.Information, Message = "The metadata service answers again after {Failures} failures")]
    private static partial void Answers(ILogger log, int failures);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The Node could not be marked, tried again: {Cause}")]
    private static partial void MarkFailed(ILogger log, string cause);

    /// <summary>What the Node is to say.</summary>
    private sealed record Wanted(NodeNotice? End, bool? IsRisky, bool IsComplete);
}
