using System.Globalization;
using System.Net;
using System.Text;
using System.Web;
using Rebalancer.Simulation.Faults;
using Rebalancer.Simulation.Kernel;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Resources;
using Rebalancer.Testing.Store;

namespace Rebalancer.Simulation.Cluster;

/// <summary>One watch, in the server and on its way: events in their order, late, cut short, or too old to begin with.</summary>
internal sealed class WatchFeed
{
    private readonly Simulator simulator;
    private readonly ApiNetwork network;
    private readonly FaultRates rates;
    private readonly Func<bool> isCut;
    private readonly ResourceDescriptor resource;
    private readonly (string Key, string Value)? label;
    private readonly long since;
    private readonly TimeSpan end;
    private readonly LineStream stream = new();

    public WatchFeed(ApiNetwork network, ApiCall call, Func<bool> isCut)
    {
        (this.network, simulator, rates, this.isCut) = (network, network.Simulator, network.Rates, isCut);
        var (path, query) = (call.Path[..call.Path.IndexOf('?', StringComparison.Ordinal)], HttpUtility.ParseQueryString(call.Path[call.Path.IndexOf('?', StringComparison.Ordinal)..]));
        resource = path.Split('/', StringSplitOptions.RemoveEmptyEntries) switch
        {
            ["api", var version, var plural] => network.Api.Registry.Find("", version, plural)!,
            ["apis", var group, var version, var plural] => network.Api.Registry.Find(group, version, plural)!,
            _ => throw new InvalidOperationException($"no watch of {path}"),
        };
        since = long.Parse(query["resourceVersion"]!, CultureInfo.InvariantCulture);
        label = query["labelSelector"]?.Split('=') is [var key, var value] ? (key, value) : null;
        end = simulator.Now + TimeSpan.FromSeconds(double.Parse(query["timeoutSeconds"] ?? "300", CultureInfo.InvariantCulture));
    }

    public HttpContent Content(CancellationToken cancellation)
    {
        if (cancellation.CanBeCanceled)
        {
            cancellation.Register(() => stream.End(new OperationCanceledException(cancellation)));
        }

        return new LineContent(stream);
    }

    public async Task RunAsync()
    {
        if (network.Strikes(rates.Expired, ApiFaults.Expired))
        {
            stream.Write("""{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"too old resource version","reason":"Expired","code":410}}""");
            stream.End(null);
            return;
        }

        using var changes = network.Api.Store.Watch(resource, since);
        simulator.After(end - simulator.Now, changes.Dispose);
        while (!stream.HasEnded && await changes.Reader.WaitToReadAsync())
        {
            await Task.Delay(network.Strikes(rates.StaleWatch, ApiFaults.StaleWatch) ? simulator.Between(100, rates.StaleLimit.TotalMilliseconds) : simulator.Between(1, 20), simulator);
            if (isCut() || network.Strikes(rates.CutWatch, ApiFaults.CutWatch))
            {
                stream.End(new IOException("the connection was reset"));
                return;
            }

            while (changes.Reader.TryRead(out var change))
            {
                Write(change);
            }
        }

        stream.End(null);
    }

    private void Write(WatchEvent change)
    {
        var (is_, was) = (Matches(change.Object), change.Previous is { } before && Matches(before));
        var type = change.Kind switch
        {
            ChangeKind.Deleted when was || is_ => "DELETED",
            ChangeKind.Added or ChangeKind.Modified when is_ => was ? "MODIFIED" : "ADDED",
            ChangeKind.Modified when was => "DELETED",
            _ => null,
        };
        if (type is not null)
        {
            stream.Write($$"""{"type":"{{type}}","object":{{Encoding.UTF8.GetString(change.Object.Json)}}}""");
        }
    }

    private bool Matches(StoredObject o) => label is not var (key, value) || o.Root.Text("metadata", "labels", key) == value;

    private sealed class LineContent(Stream stream) : HttpContent
    {
        protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult(stream);

        protected override Task SerializeToStreamAsync(Stream target, TransportContext? context) => stream.CopyToAsync(target);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
