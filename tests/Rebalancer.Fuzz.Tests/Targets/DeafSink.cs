using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Network;
using Rebalancer.Agent.Restore;
using Rebalancer.Agent.Transfer;

namespace Rebalancer.Fuzz.Tests.Targets;

/// <summary>A move that keeps held packets as a target does, and nothing else: images do not come with its call.</summary>
internal sealed class DeafSink : IMoveSink
{
    private readonly ArrivingFrames frames = new();

    public void Open(Hello hello, Action<MoveReply> reply)
    {
    }

    public void Take(MoveFrame frame)
    {
        if (frame.Packet is { } packet) { frames.Add(new HeldFrame(packet.VnetHdr.Memory, packet.Frame.Memory)); }
    }

    public void Write(string path, long offset, ReadOnlySpan<byte> data) => throw new NotSupportedException();

    public bool WritePages(string process, ulong address, ReadOnlySpan<byte> data) => throw new NotSupportedException();

    public void Announce(string process, PageRange late) => throw new NotSupportedException();

    public bool Store(Manifest manifest) => throw new NotSupportedException();

    public Task CloseAsync(Exception? fault, CancellationToken cancellation) => Task.CompletedTask;
}
