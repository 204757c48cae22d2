using System.Net;
using System.Text.Json.Nodes;
using k8s.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Rebalancer.Agent.Network.Addresses;
using Rebalancer.Agent.Network.Calico;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Tests.Network.Calico;

/// <summary>A node's adapter with the CNI configuration that Calico installs, and the moves that it is asked about.</summary>
internal sealed class CalicoNode : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("calico-").FullName;

    public CalicoNode(ICalicoObjects objects, string node = "b")
    {
        Configure(CalicoData.Conflist);
        var options = new AgentOptions { Node = node, Listen = new IPEndPoint(IPAddress.Loopback, 0), TlsCa = "", TlsCert = "", TlsKey = "" };
        Addressing = new NodeAddressing(_folder);
        Adapter = new CalicoNetwork(objects, Addressing, podUid => Sandboxes.GetValueOrDefault(podUid), options, NullLogger<CalicoNetwork>.Instance);
    }

    public NodeAddressing Addressing { get; }

    public CalicoNetwork Adapter { get; }

    /// <summary>By pod UID.</summary>
    public Dictionary<string, string> Sandboxes { get; } = new() { ["heir"] = "9d27f4e8aa" };

    public void Configure(string text) => File.WriteAllText(Path.Combine(_folder, "10-calico.conflist"), text);

    public Task HandOverAsync(Migration migration) => Adapter.HandOverAsync(migration, CancellationToken.None);

    public Task RequireAsync(Migration migration) => Adapter.RequireAsync(migration, CancellationToken.None);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Of pod default/redis-1 on node a, with address 10.244.1.7, whose copy is default/redis-2 on node b.</summary>
    public static Migration Move(string decision = Decision.Committed) => new()
    {
        Metadata = new V1ObjectMeta { Name = "m", NamespaceProperty = "default" },
        Spec = { PodName = "redis-1" },
        Status =
        {
            PodUID = "source", SourceNode = "a", TargetNode = "b", Decision = decision, Source = new SourceStatus { Address = $"{CalicoData.Address}/32" },
            Claim = new Claim { Token = new string('0', 32), PodName = "redis-2", PodUID = "heir" },
        },
    };

    /// <summary>The pod's address beside a tunnel's and another pod's.</summary>
    public static void Fill(MemoryCalico api)
    {
        Fill(api, CalicoData.Block("host:a", [CalicoData.Tunnel("a"), CalicoData.Attribute(CalicoData.Source, "a", "redis-1"), CalicoData.Attribute("k8s-pod-network.77aa", "a", "web-1")], (0, 0), (7, 1), (9, 2)));
    }

    public static void Fill(MemoryCalico api, JsonObject block)
    {
        api.Put(CalicoResource.Pools, CalicoData.Pool());
        api.Put(CalicoResource.Blocks, block);
        api.Put(CalicoResource.Handles, CalicoData.Handle(CalicoData.Source));
        api.Put(CalicoResource.Handles, CalicoData.Handle("k8s-pod-network.77aa"));
    }
}
