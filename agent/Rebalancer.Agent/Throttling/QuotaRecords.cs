using System.Text.Json;
using Microsoft.Extensions.Logging;
using Rebalancer.Agent.Local;
using Rebalancer.Agent.Moves;

namespace Rebalancer.Agent.Throttling;

/// <summary>What a cgroup's CPU quota was, and what it was set to meanwhile.</summary>
/// <param name="Folder">Of the cgroup.</param>
/// <param name="Before">As <see cref="CpuQuota.Value"/> gave it.</param>
/// <param name="Set">Every value that was written, or was about to be. Any other is somebody else's, and stays.</param>
internal sealed record QuotaRecord(string Folder, string Before, IReadOnlyList<string> Set);

/// <summary>
/// One file for each move that slows its pod down, written through to the disk before a quota is changed: whoever starts after a crash puts the quotas back.
/// The guard of a frozen pod need not: quotas are put back before a freeze.
/// </summary>
internal sealed class QuotaRecords(ILogger<QuotaRecords> log, string folder = NodePaths.QuotaFolder)
{
    /// <exception cref="IOException">The disk does not take it; nothing may be changed then.</exception>
    public void Write(string migrationUid, IReadOnlyList<QuotaRecord> records)
    {
        PrivateFolder.Create(folder);
        var path = PathOf(migrationUid);
        // Not beside it: what a crash leaves half written must not look like a record.
        var next = Path.Combine(PrivateFolder.Create(Path.Combine(folder, "next")), migrationUid);
        using (var file = new FileStream(next, FileMode.Create, FileAccess.Write))
        {
            JsonSerializer.Serialize(file, records);
            file.Flush(flushToDisk: true);
        }
        File.Move(next, path, overwrite: true);
        FolderSync.Flush(folder);
    }

    /// <summary>Puts back what the move changed. May be repeated.</summary>
    /// <returns>False: something could not be put back; its record stays.</returns>
    public bool Undo(string migrationUid)
    {
        var path = PathOf(migrationUid);
        if (!File.Exists(path)) { return true; }
        try
        {
            var records = JsonSerializer.Deserialize<List<QuotaRecord>>(File.ReadAllBytes(path)) ?? [];
            // Every one is tried.
            if (records.Select(PutBack).ToList().Contains(false)) { return false; }
            // Not written through: a record that a power cut brings back names cgroups that it took away.
            File.Delete(path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            log.LogError(e, "The CPU quotas in {Path} cannot be put back", path);
            return false;
        }
    }

    /// <summary>At the agent's start: what a predecessor left.</summary>
    public void UndoAll()
    {
        foreach (var path in Directory.Exists(folder) ? Directory.GetFiles(folder) : [])
        {
            log.LogWarning("Putting the CPU quotas back that Migration {Uid} had changed when the agent ended", Path.GetFileName(path));
            _ = Undo(Path.GetFileName(path));
        }
    }

    private bool PutBack(QuotaRecord record)
    {
        if (CpuQuota.TryOpen(record.Folder, "") is not { } quota) { return true; }
        try
        {
            if (record.Set.Contains(quota.Value)) { quota.Put(record.Before); }
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!Directory.Exists(record.Folder)) { return true; }
            log.LogError(e, "The CPU quota of {Folder} cannot be put back to {Before}", record.Folder, record.Before);
            return false;
        }
    }

    private string PathOf(string migrationUid)
    {
        if (migrationUid.Contains('/', StringComparison.Ordinal) || migrationUid is "" or "." or "..") { throw new ArgumentException($"'{migrationUid}' is no uid of a Migration", nameof(migrationUid)); }
        return Path.Combine(folder, migrationUid);
    }
}
