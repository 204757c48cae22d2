namespace Rebalancer.Simulation.Nodes;

internal enum CopyState
{
    /// <summary>Its code runs.</summary>
    Running,
    Frozen,

    /// <summary>Restored, and none of its code has run.</summary>
    Held,
    Dead,
}

internal enum EndCause
{
    /// <summary>The machine is gone, or was booted anew.</summary>
    NodeLost,

    /// <summary>The pod's own program ends; kubelet starts it again.</summary>
    Crash,

    /// <summary>kubelet ends a pod that was deleted.</summary>
    Kubelet,

    /// <summary>The source's agent, after the commit or after an abort whose pod's object had gone.</summary>
    SourceAgent,

    /// <summary>A copy that was restored and may not run.</summary>
    Discarded,
}

/// <summary>The processes of one pod on one node.</summary>
/// <param name="Memory">What is in them: a copy that was restored has the memory of the one that it was made of; a cold start has a new one.</param>
internal sealed class PodCopy(World world, SimulatedNode node, string podUid, string podName, long memory, string address, CopyState first)
{
    private CopyState state = first;
    private bool isNetworkOpen;

    public SimulatedNode Node { get; } = node;
    public string PodUid { get; } = podUid;
    public string PodName { get; } = podName;
    public long Memory { get; } = memory;
    public string Address { get; } = address;
    public string ContainerId { get; } = $"c{world.NextId()}";
    public bool IsRestored { get; init; }

    /// <summary>The container runtime has it as a container like any other.</summary>
    public bool WasTakenOver { get; set; }

    public CopyState State
    {
        get => state;
        set
        {
            if (state == value || state == CopyState.Dead)
            {
                return;
            }

            world.Trace.Add(Node.Name, $"{PodName}/{ContainerId} memory {Memory}: {state} -> {value}");
            state = value;
            world.Safety.Look(this);
            Node.Kubelet.Wake(PodUid);
        }
    }

    public bool IsAlive => State != CopyState.Dead;

    /// <summary>It sends and receives under its address.</summary>
    public bool IsNetworkOpen
    {
        get => isNetworkOpen && IsAlive;
        set
        {
            if (isNetworkOpen != value)
            {
                isNetworkOpen = value;
                world.Safety.Look(this);
            }
        }
    }

    public void End(EndCause cause)
    {
        if (IsAlive)
        {
            world.Safety.LookAtEnd(this, cause);
            State = CopyState.Dead;
        }
    }
}
