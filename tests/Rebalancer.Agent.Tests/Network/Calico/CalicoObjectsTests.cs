using System.Text.Json.Nodes;
using k8s;
using Rebalancer.Agent.Network.Calico;
using Rebalancer.Testing;

namespace Rebalancer.Agent.Tests.Network.Calico;

/// <summary>The same through an API server that has Calico's definitions: what is written passes their schemas, nothing of it is pruned, and old versions are refused.</summary>
public sealed class CalicoObjectsTests : IAsyncLifetime, IDisposable
{
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(30));
    private ApiServer _api = null!;
    private k8s.Kubernetes _client = null!;
    private CalicoObjects _objects = null!;

    public async Task InitializeAsync()
    {
        _api = await ApiServer.StartAsync(new ApiServerOptions { CrdFolders = [CrdFolder()] }, _deadline.Token);
        _client = _api.CreateClient();
        _objects = new CalicoObjects(_client);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _api.DisposeAsync();
    }

    public void Dispose() => _deadline.Dispose();

    [Fact]
    public async Task HandOver_ThroughTheApi_EndsAsInMemory()
    {
        await CreateAsync(CalicoResource.Pools, CalicoData.Pool());
        await CreateAsync(CalicoResource.Blocks, CalicoData.Block("host:a", [CalicoData.Attribute(CalicoData.Source, "a", "redis-1")], (7, 0)));
        await CreateAsync(CalicoResource.Handles, CalicoData.Handle(CalicoData.Source));
        using var node = new CalicoNode(_objects);

        await node.HandOverAsync(CalicoNode.Move());
        await node.HandOverAsync(CalicoNode.Move());

        var memory = new MemoryCalico();
        using var other = new CalicoNode(memory);
        CalicoNode.Fill(memory, CalicoData.Block("host:a", [CalicoData.Attribute(CalicoData.Source, "a", "redis-1")], (7, 0)));
        await other.HandOverAsync(CalicoNode.Move());
        foreach (var (plural, name) in new[] { (CalicoResource.Blocks, CalicoData.BlockName), (CalicoResource.Handles, CalicoData.Heir) })
        {
            var stored = (await _objects.ReadAsync(plural, name, _deadline.Token))!["spec"]!;
            Assert.True(JsonNode.DeepEquals(memory.Get(plural, name)!["spec"], stored), stored.ToJsonString());
        }
        Assert.Null(await _objects.ReadAsync(CalicoResource.Handles, CalicoData.Source, _deadline.Token));
    }

    [Fact]
    public async Task Writes_OfTwo_HaveOneWinner()
    {
        var handle = CalicoData.Handle(CalicoData.Source);
        Assert.True(await TryAsync(CalicoAction.Create, handle));
        Assert.False(await TryAsync(CalicoAction.Create, handle));
        var mine = (await _objects.ReadAsync(CalicoResource.Handles, CalicoData.Source, _deadline.Token))!;
        var yours = mine.DeepClone().AsObject();
        mine["spec"]!["block"]!["10.244.9.0/26"] = 1;
        Assert.True(await TryAsync(CalicoAction.Replace, mine));

        Assert.False(await TryAsync(CalicoAction.Replace, yours));
        Assert.False(await TryAsync(CalicoAction.Delete, yours));

        var current = (await _objects.ReadAsync(CalicoResource.Handles, CalicoData.Source, _deadline.Token))!;
        Assert.True(await TryAsync(CalicoAction.Delete, current));
        Assert.False(await TryAsync(CalicoAction.Delete, current));
    }

    [Fact]
    public async Task Reads_WhatIsNotThere_FindNothing()
    {
        Assert.Empty(await _objects.ListPoolsAsync(_deadline.Token));
        Assert.Null(await _objects.ReadAsync(CalicoResource.Blocks, CalicoData.BlockName, _deadline.Token));
        // No definition of these is served.
        Assert.Null(await _objects.ReadAsync(CalicoResource.Felix, CalicoResource.Default, _deadline.Token));
    }

    private Task<bool> TryAsync(CalicoAction action, JsonObject document) => _objects.TryAsync(new CalicoWrite(action, CalicoResource.Handles, document), _deadline.Token);

    private async Task CreateAsync(string plural, JsonObject document) => Assert.True(await _objects.TryAsync(new CalicoWrite(CalicoAction.Create, plural, document), _deadline.Token));

    private static string CrdFolder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Rebalancer.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException($"no Rebalancer.sln above {AppContext.BaseDirectory}");
        }

        return Path.Combine(folder.FullName, "tests/Rebalancer.Agent.Tests/Network/Calico/Crds");
    }
}
