using k8s;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Lab.Cgroups;
using Rebalancer.Lab.Cri;
using Rebalancer.Lab.Host;
using Rebalancer.Lab.Kubelet;
using Rebalancer.Lab.Network;
using Rebalancer.Lab.Processes;
using Rebalancer.Lab.Product;

namespace Rebalancer.Lab.Nodes;

/// <summary>One running node: namespaces, network, containerd, kubelet, and its agent when the cluster has the product.</summary>
public sealed class LabNode : IAsyncDisposable
{
    private readonly LabCluster cluster;
    private readonly NodeMachine machine;
    private readonly NodeContainerd containerd;

    private LabNode(LabCluster cluster, LabNodeOptions options, int index, NodeMachine machine, NodeContainerd containerd)
    {
        this.cluster = cluster;
        this.machine = machine;
        this.containerd = containerd;
        Options = options;
        Index = index;
    }

    public LabNodeOptions Options { get; }

    public string Name => Options.Name;

    /// <summary>From 1, in the order of the cluster's options.</summary>
    public int Index { get; }

    public string Address => Addresses.Node(Index);

    public NodeNamespaces Namespaces => machine.Namespaces;

    /// <summary>The node's root folder as this process sees it; do not follow absolute links in it.</summary>
    public string Root => machine.Namespaces.Root;

    /// <summary>Cgroup path, the same in every hierarchy, below which all containers of the node are.</summary>
    public string Cgroup => machine.Cgroups.Path;

    public bool UsesCgroupV2 => NodeMachine.UsesV2(Options.CgroupVersion);

    public CriClient Cri => containerd.Cri;

    /// <summary>Null while it is stopped.</summary>
    public LabKubelet? Kubelet { get; private set; }

    /// <summary>Null in a cluster without the product.</summary>
    public SupervisedProcess? Agent { get; private set; }

    public NodeProcess Containerd => containerd.Process;

    public string LogFolder => $"{cluster.LogFolder}/{Name}";

    internal static async Task<LabNode> StartAsync(LabCluster cluster, LabNodeOptions options, int index, CancellationToken cancel)
    {
        var machine = await NodeMachine.StartAsync(cluster.Environment, options, cluster.Options.WithProduct ? Published.Folder : null, cancel);
        try
        {
            await Fabric.JoinAsync(machine.Namespaces, options.Name, index, cancel);
            var containerd = await NodeContainerd.StartAsync(machine, cluster.Ipam, index, $"{cluster.LogFolder}/{options.Name}", cancel);
            var node = new LabNode(cluster, options, index, machine, containerd);
            await node.SetLinkSpeedAsync(options.LinkMbitPerS, cancel);
            return node;
        }
        catch
        {
            await machine.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a command in the node to its end.</summary>
    public Task<CommandResult> RunAsync(CancellationToken cancel, params IReadOnlyList<string> argv) => Command.RunAsync(Namespaces.Enter(argv), cancel);

    /// <summary>Starts a program in the node; it dies with the node at the latest. Its output goes to {name}.log.</summary>
    public NodeProcess StartProcess(string name, params IReadOnlyList<string> argv) =>
        NodeProcess.Start($"{name} of {Name}", $"{LogFolder}/{name}.log", Namespaces.Enter(argv), entered: true);

    public Task SetLinkSpeedAsync(double? mbitPerS, CancellationToken cancel) => LinkSpeed.SetAsync(Namespaces, Name, mbitPerS, cancel);

    /// <summary>containerd is killed and started again; containers live on.</summary>
    public Task RestartContainerdAsync(CancellationToken cancel) => containerd.RestartAsync(cancel);

    /// <summary>The kubelet ends; pods live on and nobody restarts, probes or reports them.</summary>
    public async Task StopKubeletAsync()
    {
        if (Kubelet is { } kubelet)
        {
            Kubelet = null;
            await kubelet.DisposeAsync();
        }
    }

    public async Task StartKubeletAsync(CancellationToken cancel)
    {
        var view = new KubeletNode(Options, Address, Root, Namespaces, Cgroup, Cri);
        var kubelet = new LabKubelet(view, cluster.Client, cluster.Options.KubeletTimes, $"{LogFolder}/kubelet.log", cluster.Options.Time);
        await kubelet.StartAsync(cancel);
        Kubelet = kubelet;
    }

    /// <summary>Every process of the node dies at once, kubelet and agent included; the Node object stays. There is no way back.</summary>
    public async Task PowerOffAsync(CancellationToken cancel)
    {
        await StopKubeletAsync();
        await StopAgentAsync();
        await machine.PowerOffAsync(cancel);
    }

    /// <summary>Pids of all processes of the node's containers.</summary>
    public IReadOnlySet<int> ContainerPids() => machine.Cgroups.Pids();

    public async ValueTask DisposeAsync()
    {
        await StopKubeletAsync();
        await StopAgentAsync();
        // Containers die with the node's PID namespace; the machine thaws them first.
        await machine.PowerOffAsync(CancellationToken.None);
        await containerd.DisposeAsync();
        await machine.DisposeAsync();
        await Fabric.LeaveAsync(Name, CancellationToken.None);
    }

    internal Task ImportAsync(IEnumerable<string> archives, CancellationToken cancel) => containerd.ImportAsync(archives, cancel);

    internal async Task StartAgentAsync(CancellationToken cancel)
    {
        Agent = AgentProcess.Start(
            this, cluster.Certificates, path => cluster.Api.WriteKubeconfig(path, Names.SystemNamespace, Names.AgentAccount, Name), LogFolder, cluster.Options.Time);
        await Agent.WaitReadyAsync(cancel);
    }

    private async Task StopAgentAsync()
    {
        if (Agent is not null)
        {
            await Agent.DisposeAsync();
        }
    }
}
