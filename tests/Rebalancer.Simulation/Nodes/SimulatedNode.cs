using Rebalancer.Simulation.Agents;

namespace Rebalancer.Simulation.Nodes;

/// <summary>A machine: its disk, its kubelet with the runtime, its agent while one runs, and the pods' processes.</summary>
internal sealed class SimulatedNode
{
    private readonly World world;
    private readonly List<PodCopy> copies = [];

    public SimulatedNode(World world, string name)
    {
        (this.world, Name) = (world, name);
        Kubelet = new Kubelet(world, this);
    }

    public string Name { get; }
    public NodeDisk Disk { get; } = new();
    public Kubelet Kubelet { get; private set; }

    /// <summary>Null: none runs.</summary>
    public SimulatedAgent? Agent { get; private set; }

    /// <summary>The machine is gone for good.</summary>
    public bool IsLost { get; private set; }

    public bool WasRebooted { get; private set; }

    /// <summary>It does not reach the API server.</summary>
    public bool IsCut { get; set; }

    public IReadOnlyList<PodCopy> Copies => copies;

    public PodCopy? Living(string podUid) => copies.Find(c => c.PodUid == podUid && c.IsAlive);

    public void Start()
    {
        Kubelet.Start();
        StartAgent();
    }

    public void StartAgent()
    {
        if (!IsLost && Agent is null)
        {
            Agent = new SimulatedAgent(world, this);
            world.Trace.Add(Name, "agent starts");
            Agent.Start();
        }
    }

    /// <summary>Its agent has just taken a step: the worst moment to die.</summary>
    public void Step()
    {
        if (world.Simulator.Chance(world.Rates.CrashAtStep))
        {
            world.Simulator.After(world.Simulator.Between(0, 30), KillAgent);
            world.Simulator.After(world.Simulator.Between(200, 6000), StartAgent);
        }
    }

    public void KillAgent()
    {
        if (Agent is { } agent)
        {
            Agent = null;
            world.Trace.Add(Name, "agent dies");
            agent.Die();
        }
    }

    /// <summary>Everything that runs is gone, and what lies on tmpfs.</summary>
    public void Reboot()
    {
        world.Trace.Add(Name, "reboots");
        WasRebooted = true;
        Stop();
        Disk.Images.Clear();
        Kubelet = new Kubelet(world, this);
        world.Simulator.After(world.Simulator.Between(2000, 15000), () =>
        {
            if (!IsLost)
            {
                Start();
            }
        });
    }

    public void Lose()
    {
        if (!IsLost)
        {
            world.Trace.Add(Name, "is lost");
            IsLost = true;
            Stop();
        }
    }

    public PodCopy Add(PodCopy copy)
    {
        copies.RemoveAll(c => !c.IsAlive);
        copies.Add(copy);
        world.Trace.Add(Name, $"{copy.PodName}/{copy.ContainerId} memory {copy.Memory}: {copy.State}");
        world.Safety.Look(copy);
        return copy;
    }

    private void Stop()
    {
        KillAgent();
        Kubelet.Die();
        foreach (var copy in copies)
        {
            copy.End(EndCause.NodeLost);
        }

        copies.Clear();
    }
}
