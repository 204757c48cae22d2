using Microsoft.Extensions.Logging;
using Rebalancer.Agent.Cluster;
using Rebalancer.Agent.Local;

namespace Rebalancer.Agent.Moves;

/// <summary>Starts this node's part of every Migration that names it, and sweeps up what a predecessor left behind.</summary>
internal sealed class MoveSupervisor(MigrationBook book, MoveRegistry registry, Markers markers, ILogger<MoveSupervisor> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        markers.CreateFolders();
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
        if (!Directory.Exists(NodePaths.MovesFolder)) { return; }
        foreach (var folder in Directory.EnumerateDirectories(NodePaths.MovesFolder))
        {
            if (book.Find(Path.GetFileName(folder)) is not null) { continue; }
            log.LogInformation("Deleting {Folder}: its Migration does not exist", folder);
            Directory.Delete(folder, recursive: true);
        }
    }
}
