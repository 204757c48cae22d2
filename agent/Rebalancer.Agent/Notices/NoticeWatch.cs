using k8s.Autorest;
using k8s.Models;

namespace Rebalancer.Agent.Notices;

/// <summary>
/// Asks the metadata service for an interruption notice and keeps the Node marked accordingly. What cannot be read or understood changes nothing:
/// neither is a mark set on a broken word, nor one taken away because the service is silent.
/// </summary>
internal sealed partial class NoticeWatch(
    IInstanceMetadata metadata, INodeObject node, NoticeOptions options, NoticeMetrics metrics, Random random, TimeProvider time, ILogger<NoticeWatch> log)
    : BackgroundService
{
    private const int MaxTries = 5;

    private bool _known;
    private SpotNotice? _marked;
    private long _markedAt;
    private int _failures;
    private string _lastBroken = "";

    /// <summary>One question and what follows from it.</summary>
    /// <returns>How long to wait before the next.</returns>
    public async Task<TimeSpan> StepAsync(CancellationToken cancellation)
    {
        try
        {
            var body = await metadata.ReadNoticeAsync(cancellation);
            if (_failures > 0)
            {
                Answers(log, _failures);
                _failures = 0;
            }

            var notice = body is null ? null : SpotNoticeParser.Parse(body, time.GetUtcNow());
            if (!_known || notice != _marked || (notice is not null && time.GetElapsedTime(_markedAt) >= options.MarkPeriod))
            {
                await MarkAsync(notice, cancellation);
            }
        }
        catch (MetadataUnavailableException e)
        {
            return NextTry(e);
        }
        catch (FormatException e)
        {
            metrics.CountBroken();
            if (e.Message != _lastBroken)
            {
                Broken(log, e.Message);
                _lastBroken = e.Message;
            }
        }
        catch (Exception e) when (e is HttpOperationException or HttpRequestException or TimeoutException)
        {
            MarkFailed(log, e.Message);
        }

        return options.Period;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await Task.Delay(await StepAsync(stoppingToken), time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The agent ends.
        }
    }

    private async Task MarkAsync(SpotNotice? notice, CancellationToken cancellation)
    {
        for (var i = 0; i < MaxTries; i++)
        {
            var current = await node.ReadAsync(cancellation);
            var changed = notice is null ? NoticeMark.Withdraw(current) : NoticeMark.Set(current, notice);
            if (!changed || await node.TryReplaceAsync(current, cancellation))
            {
                Report(notice, changed, current);
                (_known, _marked, _markedAt) = (true, notice, time.GetTimestamp());
                return;
            }
        }

        throw new TimeoutException($"the Node was changed {MaxTries} times while it was marked");
    }

    private void Report(SpotNotice? notice, bool changed, V1Node current)
    {
        if (changed && notice is not null)
        {
            Noticed(log, current.Metadata.Name, notice.Action, notice.At);
        }
        else if (changed)
        {
            Withdrawn(log, current.Metadata.Name);
        }
    }

    private TimeSpan NextTry(MetadataUnavailableException e)
    {
        metrics.CountUnavailable();
        if (_failures++ == 0)
        {
            Unavailable(log, e.Message);
        }

        var full = Math.Min(options.LongestWait.TotalSeconds, options.Period.TotalSeconds * Math.Pow(2, Math.Min(_failures - 1, 16)));
        // Nodes that lost their service together must not come back in step.
        return TimeSpan.FromSeconds(full * (0.5 + (random.NextDouble() / 2)));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node}: spot notice, {Action} at {At:O}")]
    private static partial void Noticed(ILogger log, string node, string action, DateTimeOffset at);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node}: the spot notice was withdrawn, its mark is taken away")]
    private static partial void Withdrawn(ILogger log, string node);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Ignored: {Cause}")]
    private static partial void Broken(ILogger log, string cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No spot notices can be read, tried again until it answers: {Cause}")]
    private static partial void Unavailable(ILogger log, string cause);

    [LoggerMessage(Level = LogLevel.Information, Message = "The metadata service answers again after {Failures} failures")]
    private static partial void Answers(ILogger log, int failures);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The Node could not be marked, tried again: {Cause}")]
    private static partial void MarkFailed(ILogger log, string cause);
}
