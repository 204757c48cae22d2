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
    private long received, announced;

    /// <exception cref="TransferException">No such process or address, no whole pages, or too many of them.</exception>
    public void Write(string process, ulong address, ReadOnlySpan<byte> data)
    {
        var name = Check(process, new PageRange(address, address + (ulong)data.Length));
        hash.Append(data);
        received += data.Length;
        StoreOf(name).Write(name.Pid, address, data);
        CheckSize();
    }

    /// <summary>Pages that come after the others, in the place of what is here of them.</summary>
    /// <exception cref="TransferException">As for <see cref="Write"/>.</exception>
    public void Announce(string process, PageRange late)
    {
        var name = Check(process, late);
        // A place is kept for each announcement, also for one that has come before.
        announced += (long)late.Bytes;
        if (announced > maximumBytes) { throw TooMuch(); }
        StoreOf(name).Announce(name.Pid, late);
        CheckSize();
    }

    /// <exception cref="TransferException">What came is not what was sent.</exception>
    public void Complete(Manifest manifest)
    {
        if (received != manifest.PageBytes) { throw new TransferException($"{received} bytes of pages came, the manifest lists {manifest.PageBytes}"); }
        if (hash.GetCurrentHashAsUInt64() is var came && received > 0 && came != manifest.PagesXxHash3) { throw new TransferException($"pages: hash {came:x16} of what came, {manifest.PagesXxHash3:x16} in the manifest"); }
        foreach (var store in stores.Values) { store.Complete(); }
    }

    private ProcessName Check(string process, PageRange range)
    {
        if (ProcessName.TryParse(process) is not { } name || !containers.Contains(name.Container)) { throw new TransferException("pages of a process came that is none of the pod's"); }
        // Before anything is kept of it: one record may announce all of an address space.
        if (range.End > range.Start && range.Bytes > (ulong)maximumBytes) { throw TooMuch(); }
        return range.Start % PageRange.PageBytes == 0 && range.End % PageRange.PageBytes == 0 && range.Start < range.End && range.End <= AddressLimit
            ? name : throw new TransferException($"{range.End - range.Start} bytes at {range.Start:x} are no pages of a process");
    }

    private PageStoreWriter StoreOf(ProcessName name)
    {
        if (!stores.TryGetValue(name.Container, out var store)) { stores.Add(name.Container, store = PageStoreWriter.Create(Path.Combine(folder, name.Container))); }
        return store;
    }

    private void CheckSize()
    {
        if (stores.Values.Sum(each => each.Bytes) > maximumBytes) { throw TooMuch(); }
    }

    private TransferException TooMuch() => new($"more than {maximumBytes} bytes of pages came");

    public void Dispose()
    {
        foreach (var store in stores.Values) { store.Dispose(); }
    }
}
