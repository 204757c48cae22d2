using System.Globalization;
using System.Net;
using Rebalancer.Lab.Metadata;
using Rebalancer.Lab.Network;

namespace Rebalancer.Lab.Demo;

/// <summary>The metadata services of the demo's nodes. They listen in the lab's root on one port each, in place of EC2's link-local address on each node.</summary>
internal sealed class DemoMetadata : IAsyncDisposable
{
    private readonly Dictionary<string, (MetadataService Service, int Port)> byNode = [];

    public MetadataService this[string node] => byNode[node].Service;

    /// <summary>As the node's agent reaches it.</summary>
    public string Url(string node) => string.Create(CultureInfo.InvariantCulture, $"http://{Addresses.Gateway}:{byNode[node].Port}");

    public static async Task<DemoMetadata> StartAsync(IReadOnlyList<(string Name, NodePrice Price)> nodes, int firstPort, TimeProvider time, CancellationToken cancel)
    {
        var all = new DemoMetadata();
        foreach (var (node, price) in nodes)
        {
            var port = firstPort + all.byNode.Count;
            var instance = string.Create(CultureInfo.InvariantCulture, $"i-{port:x17}");
            // Any address: the lab's own comes up later, with its fabric.
            var options = new MetadataOptions(new IPEndPoint(IPAddress.Any, port), instance, price.InstanceType, price.Zone, price.CapacityType);
            all.byNode[node] = (await MetadataService.StartAsync(options, time, cancel), port);
        }

        return all;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (service, _) in byNode.Values)
        {
            await service.DisposeAsync();
        }
    }
}
