using System.Net;
using k8s.Models;
using Microsoft.Extensions.Time.Testing;
using Rebalancer.Agent.Preflight;
using Rebalancer.Agent.Network.Addresses;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Tests.Network.Addresses;

public sealed class AddressPreflightTests : IDisposable
{
    private const string Ours = """{"plugins":[{"type":"bridge","ipam":{"type":"rebalancer-ipam","subnet":"10.88.0.0/16"}},{"type":"portmap"}]}""";
    private readonly string folder = Directory.CreateTempSubdirectory("networks-").FullName;
    private readonly MemoryRecords records = new();
    private readonly FakeTimeProvider clock = new();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(null, "nobody")]
    [InlineData("""{"plugins":[{"type":"bridge","ipam":{"type":"host-local","subnet":"10.88.0.0/16"}}]}""", "host-local")]
    [InlineData("""{"type":"ptp","ipam":{"type":"host-local"}}""", "host-local")]
    [InlineData("""{"plugins":[{"type":"cilium-cni"},{"type":"portmap"}]}""", "cilium-cni")]
    [InlineData("""{"type":"aws-cni"}""", "aws-cni")]
    [InlineData("""{"plugins":[]}""", "nobody")]
    [InlineData("""{"plugins":""", "cannot be read")]
    public async Task Require_NetworkThatIsNotOurs_SaysWhoseItIs(string? config, string whose)
    {
        Configure("10-net.conflist", config);
        await records.TryCreateAsync(Record("10.88.0.7", "uid-1"), default);

        var refusal = await Assert.ThrowsAsync<MoveException>(() => Preflight().RequireAsync(Move("10.88.0.7/16"), default));

        Assert.Equal(Reasons.NetworkUnsupported, refusal.Reason);
        Assert.Contains(whose, refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>containerd uses the first by name.</summary>
    [Fact]
    public async Task Require_SecondNetworkIsOurs_Refuses()
    {
        Configure("20-ours.conflist", Ours);
        Configure("10-other.conf", """{"type":"ptp","ipam":{"type":"host-local"}}""");

        Assert.Equal(Reasons.NetworkUnsupported, (await Assert.ThrowsAsync<MoveException>(() => Preflight().RequireAsync(Move("10.88.0.7/16"), default))).Reason);
    }

    [Fact]
    public async Task Require_AddressOfAnotherNetwork_NamesBoth()
    {
        Configure("10-net.conflist", Ours);

        var refusal = await Assert.ThrowsAsync<MoveException>(() => Preflight().RequireAsync(Move("10.99.0.7/16"), default));

        Assert.Equal(Reasons.NetworkUnsupported, refusal.Reason);
        Assert.Contains("10.99.0.7", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("10.88.0.0/16", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "no PodAddress")]
    [InlineData("uid-2", "uid-2")]
    public async Task Require_AddressThatIsNotThePods_WaitsAndRefuses(string? owner, string named)
    {
        Configure("10-net.conflist", Ours);
        if (owner is not null) { await records.TryCreateAsync(Record("10.88.0.7", owner), default); }

        var asked = Preflight().RequireAsync(Move("10.88.0.7/16"), default);
        Assert.False(asked.IsCompleted);
        await PassAsync(asked);

        var refusal = await Assert.ThrowsAsync<MoveException>(() => asked);
        Assert.Equal(AddressReasons.AddressLost, refusal.Reason);
        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>The pod has just come by another move, whose target has not handed the address over yet.</summary>
    [Fact]
    public async Task Require_AddressThatBecomesThePods_Passes()
    {
        Configure("10-net.conflist", Ours);
        await records.TryCreateAsync(Record("10.88.0.7", "uid-0"), default);

        var asked = Preflight().RequireAsync(Move("10.88.0.7/16"), default);
        Assert.False(asked.IsCompleted);
        var record = (await records.ReadAsync("10-88-0-7", default))!;
        AddressRecord.GiveTo(record, new AddressOwner("uid-1", "default", "redis", "source", ""));
        Assert.True(await records.TryReplaceAsync(record, default));
        await PassAsync(asked);

        await asked;
    }

    /// <summary>The source has refused and described nothing.</summary>
    [Fact]
    public async Task Require_NoAddressTold_SaysNothing() => await Preflight().RequireAsync(Move(null), default);

    private AddressPreflight Preflight() => new(records, new NodeAddressing(folder), new AgentOptions { Node = "target", Listen = new IPEndPoint(IPAddress.Loopback, 0), TlsCa = "", TlsCert = "", TlsKey = "" }, clock);

    private void Configure(string name, string? text)
    {
        if (text is not null) { File.WriteAllText(Path.Combine(folder, name), text); }
    }

    /// <summary>Ten seconds, in steps that every wait within sees.</summary>
    private async Task PassAsync(Task asked)
    {
        for (var i = 0; i < 100 && !asked.IsCompleted; i++)
        {
            clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }
    }

    private static PodAddress Record(string address, string podUid) => AddressRecord.New(IPAddress.Parse(address), new AddressOwner(podUid, "default", podUid, "source", ""));

    private static Migration Move(string? address) => new()
    {
        Metadata = new V1ObjectMeta { Name = "m", NamespaceProperty = "default" },
        Status = new MigrationStatus { PodUID = "uid-1", Source = new SourceStatus { Address = address } },
    };
}
