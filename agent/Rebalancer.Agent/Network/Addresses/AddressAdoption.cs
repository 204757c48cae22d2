using System.Net;
using System.Net.Sockets;

namespace Rebalancer.Agent.Network.Addresses;

/// <summary>
/// Pods that were there before rebalancer-ipam have their addresses from somebody else. They are written down before the first address is given out, so that
/// nobody gets one of them again, and so that these pods can take theirs along too.
/// </summary>
internal sealed class AddressAdoption(IAddressRecords records, AgentOptions options) : IDisposable
{
    private readonly SemaphoreSlim gate = new(1);
    private bool done;

    public void Dispose() => gate.Dispose();

    /// <summary>Once for an agent; until then every caller waits, and one whose call failed has failed too.</summary>
    public async Task EnsureAsync(CancellationToken cancellation)
    {
        if (Volatile.Read(ref done)) { return; }
        await gate.WaitAsync(cancellation);
        try
        {
            if (done) { return; }
            foreach (var pod in await records.ListPodsAsync(cancellation))
            {
                if (!IPAddress.TryParse(pod.Status.PodIP, out var address) || address.AddressFamily != AddressFamily.InterNetwork) { continue; }
                var owner = new AddressOwner(pod.Metadata.Uid, pod.Metadata.NamespaceProperty, pod.Metadata.Name, options.Node, "");
                // One that is there is its own, or about to be handed over.
                _ = await records.TryCreateAsync(AddressRecord.New(address, owner), cancellation);
            }
            Volatile.Write(ref done, true);
        }
        finally
        {
            gate.Release();
        }
    }
}
