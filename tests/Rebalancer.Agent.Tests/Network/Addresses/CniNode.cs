using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Rebalancer.Agent.Local;
using Rebalancer.Agent.Moves;
using Rebalancer.Agent.Network.Addresses;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Tests.Network.Addresses;

/// <summary>The CNI side of one node's agent on shared records; claims are what the test says, and arrivals are written down.</summary>
internal sealed class CniNode : IClaims, IArrivals
{
    private readonly CniAnswers _answers;

    public CniNode(string node, IAddressRecords records, int seed = 1)
    {
        var options = new AgentOptions { Node = node, Listen = new IPEndPoint(IPAddress.Loopback, 0), TlsCa = "", TlsCert = "", TlsKey = "" };
        var allocator = new AddressAllocator(records, new Random(seed), TimeProvider.System);
        var handOver = new AddressHandOver(records, NullLogger<AddressHandOver>.Instance);
        _answers = new CniAnswers(this, records, allocator, new AddressAdoption(records, options), new AddressRelease(records, handOver, allocator), handOver, this, options);
    }

    public Dictionary<string, Migration> Claims { get; } = [];

    public List<string> Arrived { get; } = [];

    public string Subnet { get; init; } = "10.88.0.0/16";

    /// <summary>"": the whole subnet.</summary>
    public (string Start, string End) Range { get; init; } = ("", "");

    public async Task<string> AddAsync(string uid, string sandbox = "") =>
        (await _answers.AddAsync(Request(LocalOps.CniAdd, uid, sandbox), CancellationToken.None)).Address;

    public Task DeleteAsync(string uid, string sandbox = "") => _answers.DeleteAsync(Request(LocalOps.CniDel, uid, sandbox), CancellationToken.None);

    public Task CheckAsync(string uid) => _answers.CheckAsync(Request(LocalOps.CniCheck, uid, ""), CancellationToken.None);

    public Task HandOverAsync(Migration migration) => _answers.HandOverAsync(migration, CancellationToken.None);

    public LocalRequest Request(string op, string uid, string sandbox) => new()
    {
        Op = op,
        PodUid = uid,
        PodNamespace = "default",
        PodName = $"pod-{uid}",
        ContainerId = sandbox.Length > 0 ? sandbox : $"sandbox-{uid}",
        NetNs = $"/run/netns/{uid}",
        IfName = "eth0",
        Subnet = Subnet,
        RangeStart = Range.Start,
        RangeEnd = Range.End,
        Gateway = Subnet.Replace("0/", "1/", StringComparison.Ordinal).Split('/')[0],
    };

    Task<Migration?> IClaims.FindAsync(string podNamespace, string podName, string podUid, CancellationToken cancellation) =>
        Task.FromResult(Claims.GetValueOrDefault(podUid));

    Task IArrivals.CloseAsync(string netnsPath, string ifName, string mac)
    {
        Arrived.Add($"{netnsPath} {ifName} {mac}");
        return Task.CompletedTask;
    }

    Task IArrivals.ForgetAsync(string netnsPath) => Task.CompletedTask;
}
