using System.Threading.Channels;
using Rebalancer.Agent.Network;
using Rebalancer.Agent.Restore;

namespace Rebalancer.Agent.Tests.Restore;

/// <summary>What a source sends of held packets is kept in memory until the pod's network is open, so only so much of it is.</summary>
public sealed class ArrivingFramesTests
{
    private const int FrameBytes = 64 << 10;

    [Theory]
    [InlineData(0, FrameBytes)]
    [InlineData(FrameBytes, 0)]
    [InlineData(FrameBytes / 2, FrameBytes / 2)]
    public void Add_MoreBytesThanAllowed_AreNotKept(int headBytes, int frameBytes)
    {
        var frames = new ArrivingFrames();
        var most = (int)(ArrivingFrames.MaximumBytes / FrameBytes);
        var (head, frame) = (new byte[headBytes], new byte[frameBytes]);
        for (var each = 0; each < most + 10; each++) { frames.Add(new HeldFrame(head, frame)); }

        frames.OpenTo(new OpenShield());

        Assert.Equal(most, frames.Replayed);
    }

    [Fact]
    public void Add_MoreFramesThanAllowed_AreNotKept()
    {
        var frames = new ArrivingFrames();
        for (var each = 0; each < ArrivingFrames.MaximumFrames + 10; each++) { frames.Add(new HeldFrame(default, default)); }

        frames.OpenTo(new OpenShield());

        Assert.Equal(ArrivingFrames.MaximumFrames, frames.Replayed);
    }

    /// <summary>Counts what is replayed; nothing arrives here meanwhile.</summary>
    private sealed class OpenShield : IPodShield
    {
        public ChannelReader<HeldFrame> Held { get; } = Channel.CreateUnbounded<HeldFrame>().Reader;

        public void Close()
        {
        }

        public void CloseIngress()
        {
        }

        public void OpenEgress()
        {
        }

        public void Announce()
        {
        }

        public void OpenIngress()
        {
        }

        public int Replay(IEnumerable<HeldFrame> frames) => frames.Count();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
