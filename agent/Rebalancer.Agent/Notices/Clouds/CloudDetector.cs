using k8s.Autorest;

namespace Rebalancer.Agent.Notices.Clouds;

/// <summary>Finds whose notices are to be read: by the option, else by the Node's provider id, else by asking each cloud's service, a few times.</summary>
internal sealed partial class CloudDetector(IReadOnlyList<INoticeSource> sources, INodeObject node, NoticeOptions options, TimeProvider time, ILogger<CloudDetector> log)
{
    /// <returns>Null: nobody's.</returns>
    public async Task<INoticeSource?> FindAsync(CancellationToken cancellation)
    {
        for (var round = 0; round < options.ProbeRounds; round++)
        {
            if (round > 0)
            {
                await Task.Delay(TimeSpan.FromSeconds(Math.Min(options.LongestWait.TotalSeconds, Math.Pow(2, round))), time, cancellation);
            }

            var choice = CloudChoice.Of(options.Cloud, options.Cloud == CloudChoice.Auto ? await ProviderIdAsync(cancellation) : null);
            var found = choice.Cloud is { } cloud ? sources.FirstOrDefault(s => s.Cloud == cloud) : choice.MayAsk ? await AskAsync(cancellation) : null;
            if (found is not null || !choice.MayAsk)
            {
                Found(log, found?.Cloud.ToString() ?? "nobody");
                return found;
            }
        }

        NotFound(log, options.ProbeRounds);
        return null;
    }

    /// <summary>All at once: one that hangs keeps no other waiting. Of several that answer, the first in order.</summary>
    private async Task<INoticeSource?> AskAsync(CancellationToken cancellation)
    {
        var answers = await Task.WhenAll(sources.Select(source => source.IsPresentAsync(cancellation)));
        return sources.Zip(answers).FirstOrDefault(pair => pair.Second).First;
    }

    private async Task<string?> ProviderIdAsync(CancellationToken cancellation)
    {
        try
        {
            return (await node.ReadAsync(cancellation)).Spec?.ProviderID;
        }
        catch (Exception e) when (e is HttpOperationException or HttpRequestException or TimeoutException)
        {
            NodeUnread(log, e.Message);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Notices are read from the metadata service of {Cloud}")]
    private static partial void Found(ILogger log, string cloud);

    [LoggerMessage(Level = LogLevel.Information, Message = "No cloud's metadata service answered in {Rounds} rounds: no notices are read. --cloud names one")]
    private static partial void NotFound(ILogger log, int rounds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The Node could not be read for its provider id: {Cause}")]
    private static partial void NodeUnread(ILogger log, string cause);
}
