using Microsoft.Extensions.Logging;
using Rebalancer.Agent.Checkpoint;
using Rebalancer.Agent.Cluster;
using Rebalancer.Agent.Files;
using Rebalancer.Agent.Local;
using Rebalancer.Agent.Local.Criu;
using Rebalancer.Agent.Throttling;

namespace Rebalancer.Agent.Moves;

/// <summary>Starts this node's part of every Migration that names it, and sweeps up what a predecessor left behind.</summary>
internal sealed class MoveSupervisor(MigrationBook book, MoveRegistry registry, Markers markers, QuotaRecords quotas, AgentOptions options, ILogger<MoveSupervisor> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        markers.CreateFolders();
        quotas.UndoAll();
        CriuScript.Install(NodePaths.CriuScript);
        CriuTar.Install(NodePaths.CriuTools);
        ProgramFile.Link(Path.Combine(NodePaths.CriuTools, "criu"), options.Criu);
        await book.Synced.WaitAsync(stoppingToken);
        SweepFolders();
        await foreach (var uid in book.Changed.ReadAllAsync(stoppingToken))
        {
            if (book.Find(uid) is not { } migration)
            {
                registry.Forget(uid);
                continue;
            }
            try
            {
                registry.Ensure(migration);
            }
            catch (Exception e) when (e is ArgumentException or IOException or InvalidOperationException)
            {
                log.LogError(e, "Migration {Name} cannot be taken up", migration.Metadata.Name);
            }
        }
    }

    /// <summary>Images hold a pod's memory: none may lie here without a Migration.</summary>
    private void SweepFolders()
    {
        foreach (var folder in Directory.Exists(NodePaths.MovesFolder) ? Directory.EnumerateDirectories(NodePaths.MovesFolder) : [])
        {
            if (book.Find(Path.GetFileName(folder)) is not null) { continue; }
            log.LogInformation("Deleting {Folder}: its Migration does not exist", folder);
            new MoveFolder(Path.GetFileName(folder)).Delete();
        }
        foreach (var uid in FileStaging.Staged().Where(uid => book.Find(uid) is null))
        {
            log.LogInformation("Deleting the files staged for Migration {Uid}, which does not exist", uid);
            new MoveFolder(uid).Delete();
        }
        foreach (var name in markers.ForgetMoves(book.All)) { log.LogInformation("Deleted marker {Name}, whose Migration does not exist", name); }
    }
}
