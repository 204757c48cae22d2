using System.Globalization;
using System.IO.Hashing;
using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Local.Memory;

namespace Rebalancer.Agent.Transfer.Images;

/// <summary>Keeps the pages that a peer sends, the last state of each, in one store for each container. Not thread-safe.</summary>
/// <param name="folder">A folder for each container is made in it.</param>
/// <param name="containers">Whose pages may come.</param>
/// <param name="maximumBytes">Of what is kept.</param>
internal sealed class PageReceiver(string folder, IReadOnlyCollection<string> containers, long maximumBytes) : IDisposable
{
    private const ulong AddressLimit = 1UL << 47;
    private readonly Dictionary<string, PageStoreWriter> stores = new(StringComparer.Ordinal);
    private readonly XxHash3 hash = new();
    private long received;

    /// <exception cref="TransferException">No such process or address, no whole pages, or too many of them.</exception>
    public void Write(string process, ulong address, ReadOnlySpan<byte> data)
    {
        if (process.Split('/') is not [var container, var number] || !containers.Contains(container) || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) || pid <= 0)
        {
            throw new TransferException("pages of a process came that is none of the pod's");
        }
        if (address % PageRange.PageBytes != 0 || data.Length % PageRange.PageBytes != 0 || address >= AddressLimit || address + (ulong)data.Length > AddressLimit)
        {
            throw new TransferException($"{data.Length} bytes at {address:x} are no pages of a process");
        }
        if (!stores.TryGetValue(container, out var store)) { stores.Add(container, store = PageStoreWriter.Create(Path.Combine(folder, container))); }
        hash.Append(data);
        received += data.Length;
        store.Write(pid, address, data);
        if (stores.Values.Sum(each => each.Bytes) > maximumBytes) { throw new TransferException($"more than {maximumBytes} bytes of pages came"); }
    }

    /// <exception cref="TransferException">What came is not what was sent.</exception>
    public void Complete(Manifest manifest)
    {
        if (received != manifest.PageBytes) { throw new TransferException($"{received} bytes of pages came, the manifest lists {manifest.PageBytes}"); }
        if (hash.GetCurrentHashAsUInt64() is var came && received > 0 && came != manifest.PagesXxHash3) { throw new TransferException($"pages: hash {came:x16} of what came, {manifest.PagesXxHash3:x16} in the manifest"); }
        foreach (var store in stores.Values) { store.Complete(); }
    }

    public void Dispose()
    {
        foreach (var store in stores.Values) { store.Dispose(); }
    }
}
