using Microsoft.Extensions.Logging;
using Rebalancer.Agent.Checkpoint;
using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Network;
using Rebalancer.Agent.Preflight;
using Rebalancer.Agent.Restore;
using Rebalancer.Agent.Transfer;
using Rebalancer.Agent.Transfer.Images;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Moves;

/// <summary>The source's frames of one move, in their order. One stream at a time; its end without an outcome means that the source is gone.</summary>
internal sealed class TargetStream(MoveServices services, TargetMove move, ILogger log) : IMoveSink, IDisposable
{
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ImageReceiver? receiver;
    private TargetContext Context => move.Context;

    public Task Ended => ended.Task;

    public void Open(Hello hello, Action<MoveReply> reply)
    {
        if (hello.Late)
        {
            Reopen(hello, reply);
            return;
        }
        if (!move.Advance(TargetSignal.Accepted)) { throw new MoveException(Reasons.TargetUnready, $"the target of migration {hello.MigrationName} is in step {Context.Step.Current}, not ready"); }
        services.TargetPreflight.RequireRoom(hello.EstimatedBytes, hello.FilesBytes);
        services.TargetPreflight.RequireAddressSpace(new MappedMemory(hello.LargestMappingBytes, hello.MappedBytes));
        var containers = move.Containers;
        if (containers.Count is 0 or > PodSpecRules.MaximumContainers || !containers.All(MoveFolder.IsContainerName))
        {
            throw new MoveException(Reasons.TargetUnready, $"migration {hello.MigrationName} names {containers.Count} containers in status.source.containers ('{string.Join("', '", containers.Take(PodSpecRules.MaximumContainers))}'), which are none");
        }
        Context.Folder.Create(containers);
        receiver = new ImageReceiver(Context.Folder.Images, [.. containers, MoveFolder.FilesName], Context.Folder.Pages, checked(hello.EstimatedBytes + FilesBytes(hello)), (path, maximumBytes) => move.Ahead.Taker(path) ?? Context.Files.Taker(path, maximumBytes));
        Context.Reply = reply;
    }

    public void Take(MoveFrame frame)
    {
        switch (frame.FrameCase)
        {
            case MoveFrame.FrameOneofCase.Arming: Context.Arm(); break;
            case MoveFrame.FrameOneofCase.Armed: Context.Arm(frame.Armed); break;
            case MoveFrame.FrameOneofCase.Freezing:
                Context.Timeline.Mark("Freezing");
                Context.FrozenAt ??= services.Clock.GetTimestamp();
                break;
            case MoveFrame.FrameOneofCase.Packet:
                if (frame.Packet.Frame.Length > TransferLimits.HeldPacketBytes) { throw new TransferException($"a held packet of {frame.Packet.Frame.Length} bytes came"); }
                Context.Frames.Add(new HeldFrame(frame.Packet.VnetHdr.Memory, frame.Packet.Frame.Memory));
                break;
            case MoveFrame.FrameOneofCase.Committed: Context.Hint(); break;
            case MoveFrame.FrameOneofCase.Abort:
                log.LogInformation("Migration {Name}: the source aborts: {Reason} {Message}", Context.Migration.Metadata.Name, frame.Abort.Reason, frame.Abort.Message);
                break;
            default: throw new TransferException($"frame {frame.FrameCase} has no place here");
        }
    }

    public void Write(string path, long offset, ReadOnlySpan<byte> data) => Receiver(path).Write(path, offset, data);

    public bool WritePages(string process, ulong address, ReadOnlySpan<byte> data)
    {
        if (Context.Late is { } late) { return late.Write(process, address, data); }
        Receiver("pages").WritePages(process, address, data);
        return true;
    }

    public void Announce(string process, PageRange late) => Receiver("late pages").Announce(process, late);

    public bool Store(Manifest manifest)
    {
        var images = Receiver("manifest");
        images.Complete(manifest);
        Context.Files.Complete();
        foreach (var container in move.Containers) { RestoredMappings.ReserveNothing(Context.Folder.ImagesOf(container)); }
        Context.Late = TargetLate.TryOpen(Context.Folder, move.Containers, log);
        File.WriteAllBytes(Context.Folder.CompleteMarker, []);
        move.Advance(TargetSignal.ImagesStored);
        Context.Reply?.Invoke(new MoveReply { ImagesStored = new ImagesStored { Bytes = images.Bytes } });
        if (Context.Reply is { } reply) { Context.Late?.Open(reply); }
        move.Ahead.Open();
        return Context.Late is { Filled.IsCompleted: false };
    }

    public async Task CloseAsync(Exception? fault, CancellationToken cancellation)
    {
        Context.Reply = null;
        receiver?.Dispose();
        Context.Files.Dispose();
        ended.TrySetResult();
        var step = Context.Step.Current;
        if (TargetMachine.IsFinal(step) || move.IsCommitted) { return; }
        if (step is TargetStep.Copying or TargetStep.Prepared || fault is TransferException || (step == TargetStep.Stored && (move.IsRestoredBeforeCommit || Context.Late is { Filled.IsCompleted: false })))
        {
            var reason = fault is TransferException ? Reasons.TransferFailed : Reasons.SourceLost;
            await move.AbortAsync(new MoveException(reason, fault?.Message ?? "the source's agent was lost before the commit"), cancellation);
        }
    }

    public void Dispose() => receiver?.Dispose();

    /// <summary>After the commit: the source, or its restarted agent, brings the pages that are still missing.</summary>
    private void Reopen(Hello hello, Action<MoveReply> reply)
    {
        if (Context.Late is not { } late || !move.IsCommitted) { throw new MoveException(Reasons.TargetUnready, $"migration {hello.MigrationName} waits for no pages here"); }
        Context.Reply = reply;
        if (TargetMachine.Runs(Context.Step.Current)) { reply(new MoveReply { Running = new Running { FramesReplayed = Context.Frames.Replayed } }); }
        late.Reopen(reply);
    }

    /// <summary>A held move sends files that have changed once more before the freeze, and those that change then in it.</summary>
    private long FilesBytes(Hello hello) => checked(Math.Max(0, hello.FilesBytes) * (Context.Migration.Spec.Cutover == Cutovers.OnNotice ? 2 : 1));

    private ImageReceiver Receiver(string what) =>
        receiver is { } open && Context.Step.Current is TargetStep.Copying or TargetStep.Prepared ? open : throw new TransferException($"{what} came in step {Context.Step.Current}");
}
