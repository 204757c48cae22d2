using System.Net;
using k8s.Models;
using Rebalancer.Agent.Network.Addresses;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Testing;

namespace Rebalancer.Agent.Tests.Network.Addresses;

/// <summary>The records as the API server keeps them.</summary>
public sealed class AddressRecordsTests : IAsyncLifetime, IDisposable
{
    private static readonly AddressOwner Owner = new("u1", "default", "pod-1", "a", "s1");
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(30));
    private ApiServer _api = null!;
    private k8s.Kubernetes _client = null!;
    private AddressRecords _records = null!;

    public async Task InitializeAsync()
    {
        _api = await ApiServer.StartAsync(new ApiServerOptions { CrdFolders = [CrdFolder()] }, _deadline.Token);
        _client = _api.CreateClient();
        var options = new AgentOptions { Node = "a", Listen = new IPEndPoint(IPAddress.Loopback, 0), TlsCa = "", TlsCert = "", TlsKey = "" };
        _records = new AddressRecords(_client, options);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _api.DisposeAsync();
    }

    public void Dispose() => _deadline.Dispose();

    [Fact]
    public async Task Records_WrittenByTwo_HaveOneWinner()
    {
        var address = IPAddress.Parse("10.88.0.7");
        Assert.True(await _records.TryCreateAsync(AddressRecord.New(address, Owner), _deadline.Token));
        Assert.False(await _records.TryCreateAsync(AddressRecord.New(address, Owner with { PodUid = "u2" }), _deadline.Token));

        var mine = await _records.ReadAsync("10-88-0-7", _deadline.Token);
        var yours = await _records.ReadAsync("10-88-0-7", _deadline.Token);
        Assert.Equal(("u1", "s1"), (mine!.Spec.PodUID, mine.Spec.SandboxID));
        AddressRecord.GiveTo(mine, Owner with { PodUid = "u3" });
        Assert.True(await _records.TryReplaceAsync(mine, _deadline.Token));
        AddressRecord.GiveTo(yours!, Owner with { PodUid = "u4" });
        Assert.False(await _records.TryReplaceAsync(yours!, _deadline.Token));
        Assert.False(await _records.TryDeleteAsync(yours!, _deadline.Token));

        Assert.Empty(await _records.ListOwnedByAsync("u1", _deadline.Token));
        var current = Assert.Single(await _records.ListOwnedByAsync("u3", _deadline.Token));
        Assert.True(await _records.TryDeleteAsync(current, _deadline.Token));
        Assert.False(await _records.TryDeleteAsync(current, _deadline.Token));
        Assert.Null(await _records.ReadAsync("10-88-0-7", _deadline.Token));
    }

    [Fact]
    public async Task Records_OverAMove_StayWithOneOwnerEach()
    {
        var (a, b) = (new CniNode("a", _records, seed: 1), new CniNode("b", _records, seed: 2));
        var moved = await a.AddAsync("source");
        var move = new Migration
        {
            Metadata = new V1ObjectMeta { Name = "move", NamespaceProperty = "default", Labels = new Dictionary<string, string> { [Names.SourceNodeLabel] = "a" } },
            Spec = { PodName = "pod-source" },
            Status =
            {
                PodUID = "source", SourceNode = "a", TargetNode = "b", Decision = Decision.Committed,
                Source = new SourceStatus { State = SourceState.Released, Address = moved, Mac = "0a:58:0a:58:00:07" },
                Claim = new Claim { Token = new string('0', 32), PodName = "pod-heir", PodUID = "heir" },
            },
        };
        await CreateAsync(move);
        b.Claims["heir"] = move;
        Assert.Equal(moved, await b.AddAsync("heir"));
        await a.DeleteAsync("source");

        // Node a goes, with all that ran there, and many pods come: the moved address stays where it is.
        var given = new HashSet<string> { moved };
        for (var i = 0; i < 250; i++)
        {
            Assert.True(given.Add(await a.AddAsync($"new{i}")), "an address was given to two pods");
        }

        var record = await _records.ReadAsync(AddressRecord.NameOf(IPAddress.Parse(moved.Split('/')[0])), _deadline.Token);
        Assert.Equal(("heir", "b", "sandbox-heir"), (record!.Spec.PodUID, record.Spec.Node, record.Spec.SandboxID));
        Assert.Equal(251, (await _records.ListAsync(_deadline.Token)).Count);
    }

    private async Task CreateAsync(Migration move)
    {
        using var created = await _client.CustomObjects.CreateNamespacedCustomObjectWithHttpMessagesAsync<Migration>(
            move, Names.Group, Names.Version, "default", Migration.MigrationPlural, cancellationToken: _deadline.Token);
        var patch = new V1Patch(k8s.KubernetesJson.Serialize(new { status = move.Status }), V1Patch.PatchType.MergePatch);
        using var patched = await _client.CustomObjects.PatchNamespacedCustomObjectStatusWithHttpMessagesAsync<Migration>(
            patch, Names.Group, Names.Version, "default", Migration.MigrationPlural, "move", cancellationToken: _deadline.Token);
        Assert.Equal(Decision.Committed, patched.Body.Status.Decision);
    }

    private static string CrdFolder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Rebalancer.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException($"no Rebalancer.sln above {AppContext.BaseDirectory}");
        }

        return Path.Combine(folder.FullName, "manifests", "crds");
    }
}
