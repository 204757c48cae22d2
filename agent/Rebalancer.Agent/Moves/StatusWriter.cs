using System.Threading.Channels;
using k8s.Autorest;
using Microsoft.Extensions.Logging;
using Rebalancer.Agent.Cluster;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Moves;

/// <summary>Writes this agent's part of one Migration's status behind the move's back: the newest value wins, a failed write is tried again until it works or a newer one is there.</summary>
internal sealed class StatusWriter(IClusterApi api, Migration migration, string part, TimeProvider clock, Random random, ILogger log)
{
    private readonly Channel<object> latest = Channel.CreateBounded<object>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });

    public void Post(object value) => latest.Writer.TryWrite(value);

    /// <summary>No more values come: <see cref="RunAsync"/> ends when the last is written.</summary>
    public void Complete() => latest.Writer.TryComplete();

    public async Task RunAsync(CancellationToken cancellation)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(5), random, clock);
        await foreach (var posted in latest.Reader.ReadAllAsync(cancellation))
        {
            var value = posted;
            while (!await TryWriteAsync(value, cancellation))
            {
                await backoff.WaitAsync(cancellation);
                if (latest.Reader.TryRead(out var newer)) { value = newer; }
            }
            backoff.Reset();
        }
    }

    private async Task<bool> TryWriteAsync(object value, CancellationToken cancellation)
    {
        try
        {
            await api.PatchPartAsync(migration, part, value, cancellation);
            return true;
        }
        catch (HttpOperationException e) when (e.Response.StatusCode is System.Net.HttpStatusCode.NotFound)
        {
            return true;
        }
        catch (Exception e) when (e is HttpOperationException or HttpRequestException or TimeoutException or IOException)
        {
            log.LogWarning("Status {Part} of migration {Name} is not written yet: {Cause}", part, migration.Metadata.Name, e.Message);
            return false;
        }
    }
}
