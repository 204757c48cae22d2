using System.Text.Json;
using Rebalancer.Ledger.Entries;
using Rebalancer.Ledger.Store;

namespace Rebalancer.Ledger.Tests.World;

/// <summary>A ledger's file in a folder of its own.</summary>
internal sealed class TemporaryLedger : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("rebalancer-ledger");

    public string Path => System.IO.Path.Combine(folder.FullName, "ledger.db");

    /// <summary>Everything that it holds, as text that can be compared.</summary>
    public string Content() => JsonSerializer.Serialize(Read());

    public LedgerBook Read(double since = -1000) => LedgerReader.Read(Path, Given.At(since));

    public void Write(params IEnumerable<LedgerEntry> entries)
    {
        using var store = LedgerStore.Open(Path);
        store.Write(entries);
    }

    public void Dispose() => folder.Delete(recursive: true);
}
