using Rebalancer.Agent.Network;

namespace Rebalancer.Agent.Restore;

/// <summary>The source's held frames on the target: kept until the pod's network is open, then passed on at once.</summary>
internal sealed class ArrivingFrames
{
    public const int MaximumFrames = 1 << 16;
    public const long MaximumBytes = 64L << 20;
    private readonly Lock gate = new();
    private readonly List<HeldFrame> kept = [];
    private long keptBytes;
    private IPodShield? open;

    public long Replayed { get; private set; }

    public void Add(HeldFrame frame)
    {
        var bytes = frame.VnetHdr.Length + frame.Frame.Length;
        lock (gate)
        {
            if (open is { } shield)
            {
                Replayed += shield.Replay([frame]);
            }
            else if (kept.Count < MaximumFrames && keptBytes + bytes <= MaximumBytes)
            {
                kept.Add(frame);
                keptBytes += bytes;
            }
        }
    }

    /// <summary>Opens the pod's ingress, then sends what the source held, then what arrived here meanwhile.</summary>
    public void OpenTo(IPodShield shield)
    {
        lock (gate)
        {
            shield.OpenIngress();
            Replayed += shield.Replay(kept);
            kept.Clear();
            var here = new List<HeldFrame>();
            while (shield.Held.TryRead(out var frame)) { here.Add(frame); }
            Replayed += shield.Replay(here);
            open = shield;
        }
    }
}
