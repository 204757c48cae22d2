using Microsoft.Extensions.Logging;
using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Files;
using Rebalancer.Agent.Local;
using Rebalancer.Agent.Local.Netlink;
using Rebalancer.Agent.Preflight;
using Rebalancer.Agent.Restore;
using Rebalancer.Agent.Transfer.Images;

namespace Rebalancer.Agent.Moves;

/// <summary>
/// The restore of the pod's first container, started while the pod still runs on its source: the wrapper's, runc's and CRIU's starts are over when the
/// checkpoint comes. Where anything is not as it was when it was started, it is given up and an ordinary restore follows.
/// </summary>
internal sealed class TargetAhead(MoveServices services, TargetMove move, ILogger log) : IDisposable
{
    /// <summary>Below what the source waits. A CRIU that does not get there would not in a freeze either.</summary>
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);
    private readonly Lock changing = new();
    private AheadRestore? started;
    private TargetContext Context => move.Context;

    /// <summary>Starts the restore where that is possible, and tells the source once nothing but the checkpoint is waited for.</summary>
    /// <returns>Null: not possible; the checkpoint is to be waited for.</returns>
    public async Task<LocalReply?> TryStartAsync(LocalRequest create, CancellationToken cancellation)
    {
        if (Context.Step.Current != TargetStep.Prepared || move.IsAborted) { return null; }
        if ((Context.Armed.IsCompletedSuccessfully ? Begin(create, await Context.Armed) : null) is not { } ahead)
        {
            Warm();
            return null;
        }
        var reply = await move.Pod.PrepareAsync(create, cancellation);
        _ = WatchAsync(ahead);
        return reply;
    }

    /// <summary>Takes those images that the waiting restore has already, or waits for; null for others.</summary>
    public TakePiece? Taker(string path) => started?.Taker(path);

    /// <summary>The checkpoint is complete: the restore that waits for it goes on.</summary>
    public void Open()
    {
        lock (changing)
        {
            if (started is not { } ahead) { return; }
            ahead.Gate.Keep();
            if (ahead.IsOver) { return; }
            if (ahead.HasPages != Context.Folder.HasPages(ahead.Create.ContainerName) || !TryGiveFiles(ahead.Create) || !move.Advance(TargetSignal.RestoreGiven))
            {
                ahead.Gate.GiveUp();
                return;
            }
            ahead.IsOver = true;
            ahead.Gate.Open();
        }
    }

    /// <summary>runc has failed. Whether it did without having seen the checkpoint, so that nothing is lost by it.</summary>
    /// <param name="isLate">The checkpoint did not come in time.</param>
    public bool TryEnd(string containerId, out bool isLate)
    {
        lock (changing)
        {
            isLate = started is { IsLate: true };
            if (started is not { IsOver: false } ahead || ahead.Create.ContainerId != containerId) { return false; }
            ahead.IsOver = true;
            ahead.Gate.GiveUp();
            return true;
        }
    }

    /// <summary>The move is over: what waits fails.</summary>
    public void GiveUp()
    {
        lock (changing) { started?.Gate.GiveUp(); }
    }

    public void Dispose() => GiveUp();

    private AheadRestore? Begin(LocalRequest create, Armed armed)
    {
        var container = create.ContainerName;
        if (armed.Descriptors.FirstOrDefault(each => each.Container == container) is not { Json.Length: > 0 and <= AheadRestore.MaximumDescriptorBytes } descriptors) { return null; }
        lock (changing)
        {
            if (started is not null) { return null; }
            var images = Context.Folder.ImagesOf(container);
            try
            {
                var json = descriptors.Json.ToByteArray();
                using (var file = PrivateFile.Create(Path.Combine(images, AheadRestore.DescriptorsImage), FileMode.CreateNew)) { file.Write(json); }
                return started = new AheadRestore(create, json, Context.Folder.HasPages(container), new AheadGate(images));
            }
            catch (Exception e) when (e is IOException or LinuxException)
            {
                log.LogWarning("Migration {Name}: the restore cannot be started ahead: {Cause}", Context.Migration.Metadata.Name, e.Message);
                return null;
            }
        }
    }

    private async Task WatchAsync(AheadRestore ahead)
    {
        if (await ahead.Gate.AwaitReaderAsync(StartLimit, services.Clock))
        {
            Context.Timeline.Mark("RestoreWaits");
            Warm();
        }
        using var limit = new CancellationTokenSource(TargetCallers.WaitLimit, services.Clock);
        try
        {
            await Context.Step.WaitAsync(step => step > TargetStep.Prepared, limit.Token);
        }
        catch (OperationCanceledException)
        {
            lock (changing)
            {
                ahead.IsLate = !ahead.IsOver;
                ahead.Gate.GiveUp();
            }
        }
    }

    private void Warm()
    {
        Context.Timeline.Mark("Warm");
        Context.Reply?.Invoke(new MoveReply { Warm = new Warm() });
    }

    /// <summary>What stands in the way is met again, and told, by the restore that follows.</summary>
    private bool TryGiveFiles(LocalRequest create)
    {
        try
        {
            var container = NewContainer.Of(create);
            Context.Files.GiveTo(container);
            Context.Timeline.Mark("FilesGiven");
            return CriuRoot.TryRenew(services.Options.ContainerdRoot, create.ContainerId, container.RootMount);
        }
        catch (MoveException e)
        {
            log.LogWarning("Migration {Name}: the restore that waits is given up: {Cause}", Context.Migration.Metadata.Name, e.Message);
            return false;
        }
    }
}
