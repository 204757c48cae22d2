using System.Net;
using System.Text.Json.Nodes;
using k8s.Autorest;
using Rebalancer.Agent.Network.Addresses;
using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Network.Calico;

/// <summary>
/// Calico with its own IPAM. What is here is the hand-over of an address between two pods in its records, and the rules for it. No pod moves yet: preflight always
/// refuses, as the copy's sandbox cannot be given the address (<see cref="CalicoRules.Sandbox"/>).
/// </summary>
/// <param name="sandboxOf">Of a pod UID on this node: the sandbox's id, null where it has none. From the runtime: whoever may edit a pod can write Calico's annotation of it.</param>
internal sealed partial class CalicoNetwork(ICalicoObjects objects, NodeAddressing addressing, Func<string, string?> sandboxOf, AgentOptions options, ILogger<CalicoNetwork> log) : INetworkAdapter
{
    /// <summary>Three or four writes, and what others get in between.</summary>
    private const int MaxTries = 20;

    public string Ipam => "calico-ipam";

    public async Task RequireAsync(Migration migration, CancellationToken cancellation)
    {
        if (AddressHandOver.Told(migration) is not { } address) { return; }
        var reasons = await ReasonsAsync(address, SourceOf(migration), cancellation);
        throw new MoveException(Reasons.NetworkUnsupported, $"node {options.Node} cannot take the pod's address {address} on Calico's network: {string.Join("; ", [.. reasons, CalicoRules.Sandbox])}");
    }

    public async Task HandOverAsync(Migration migration, CancellationToken cancellation)
    {
        var heir = AddressHandOver.HeirOf(migration);
        var address = AddressHandOver.AddressOf(migration);
        // A copy that has ended needs no address; the source's sandbox frees it.
        if (sandboxOf(heir) is not { } sandbox) { return; }
        var network = addressing.NetworkName() is { Length: > 0 } name ? name : throw new IOException($"node {options.Node}: its CNI configuration has no name now, by which Calico names handles");
        var transfer = new CalicoTransfer(address, SourceOf(migration), new CalicoPod(migration.Metadata.NamespaceProperty, migration.Status.Claim?.PodName ?? "", options.Node), $"{network}.{sandbox}");
        try
        {
            await GiveAsync(transfer, cancellation);
        }
        catch (AddressException e) when (e.Reason == AddressReasons.AddressLost)
        {
            // Handed on by a later move, or lost: in neither case this move's to give.
            LeftAlone(log, migration.Metadata.NamespaceProperty, migration.Metadata.Name, e.Message);
        }
    }

    private async Task GiveAsync(CalicoTransfer transfer, CancellationToken cancellation)
    {
        var pool = CalicoPool.Of(transfer.Address, await objects.ListPoolsAsync(cancellation)) ?? throw new AddressException(AddressReasons.AddressLost, $"address {transfer.Address} is in no IPPool");
        for (var i = 0; i < MaxTries; i++)
        {
            if (await BlockAsync(pool, cancellation) is not { IsDeleted: false } block)
            {
                throw new AddressException(AddressReasons.AddressLost, $"IPAMBlock {CalicoResource.BlockName(pool.Block)} of address {transfer.Address} is gone");
            }

            var next = CalicoHandOver.Next(transfer, block, await HandleAsync(transfer.HeirHandle, cancellation), await HandleAsync(CalicoHandOver.FormerHandle(transfer, block), cancellation));
            if (next is null) { return; }
            _ = await objects.TryAsync(next, cancellation);
        }

        throw new AddressException(AddressReasons.Contention, $"address {transfer.Address} of {transfer.Source} was not handed over in {MaxTries} writes");
    }

    private async Task<IReadOnlyList<string>> ReasonsAsync(IPAddress address, CalicoPod source, CancellationToken cancellation)
    {
        try
        {
            var pool = CalicoPool.Of(address, await objects.ListPoolsAsync(cancellation));
            var block = pool is null ? null : await BlockAsync(pool, cancellation);
            return CalicoRules.Check(new CalicoFacts(
                address, source, options.Node, addressing.NetworkName(), pool, block, await HandleAsync(block?.Find(address)?.Handle ?? "", cancellation),
                await objects.ReadAsync(CalicoResource.Settings, CalicoResource.Default, cancellation), await FelixAsync(source, cancellation)));
        }
        catch (AddressException e)
        {
            return [e.Message];
        }
        catch (HttpOperationException e) when (e.Response.StatusCode == HttpStatusCode.Forbidden)
        {
            return ["this agent may not read Calico's objects, so there may be more to say (manifests/components/calico lets it)"];
        }
        catch (Exception e) when (e is HttpOperationException or HttpRequestException or TimeoutException)
        {
            return [$"Calico's objects cannot be read now: {e.Message}"];
        }
    }

    private async Task<IReadOnlyList<JsonObject>> FelixAsync(CalicoPod source, CancellationToken cancellation)
    {
        List<JsonObject> all = [];
        foreach (var name in new[] { CalicoResource.Default, CalicoResource.FelixOf(source.Node), CalicoResource.FelixOf(options.Node) })
        {
            if (await objects.ReadAsync(CalicoResource.Felix, name, cancellation) is { } felix) { all.Add(felix); }
        }
        return all;
    }

    private async Task<CalicoBlock?> BlockAsync(CalicoPool pool, CancellationToken cancellation) =>
        await objects.ReadAsync(CalicoResource.Blocks, CalicoResource.BlockName(pool.Block), cancellation) is { } read ? CalicoBlock.Parse(read) : null;

    private async Task<JsonObject?> HandleAsync(string handle, CancellationToken cancellation) =>
        handle.Length == 0 ? null : await objects.ReadAsync(CalicoResource.Handles, CalicoHandle.NameOf(handle), cancellation);

    private static CalicoPod SourceOf(Migration migration) => new(migration.Metadata.NamespaceProperty, migration.Spec.PodName, migration.Status.SourceNode ?? "");

    [LoggerMessage(Level = LogLevel.Warning, Message = "Migration {Namespace}/{Name}: its address is left as it is: {Cause}")]
    private static partial void LeftAlone(ILogger log, string @namespace, string name, string cause);
}
