using Rebalancer.Lab.Cri;
using Rebalancer.Lab.Images;
using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Nodes;

/// <summary>containerd of a node: its configuration, process, images and connection.</summary>
internal sealed class NodeContainerd : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan ImportLimit = TimeSpan.FromMinutes(2);

    private readonly NodeMachine machine;
    private readonly string logFile;

    private NodeContainerd(NodeMachine machine, string logFolder)
    {
        this.machine = machine;
        logFile = $"{logFolder}/containerd.log";
        Cri = new CriClient(machine.Namespaces.Root + ContainerdConfig.Socket);
        Process = StartProcess();
    }

    public CriClient Cri { get; }

    public NodeProcess Process { get; private set; }

    public static async Task<NodeContainerd> StartAsync(NodeMachine machine, Ipam ipam, int nodeIndex, string logFolder, CancellationToken cancel)
    {
        var root = machine.Namespaces.Root;
        Directory.CreateDirectory(root + "/etc/containerd");
        Directory.CreateDirectory(root + "/etc/cni/net.d");
        await File.WriteAllTextAsync(root + ContainerdConfig.Path, ContainerdConfig.Text(LabImages.Pause), cancel);
        await File.WriteAllTextAsync(root + CniConfig.Path, CniConfig.Text(ipam, nodeIndex), cancel);
        var containerd = new NodeContainerd(machine, logFolder);
        await containerd.WaitReadyAsync(cancel);
        return containerd;
    }

    /// <summary>Imports OCI archives.</summary>
    public async Task ImportAsync(IEnumerable<string> archives, CancellationToken cancel)
    {
        foreach (var archive in archives)
        {
            IReadOnlyList<string> import = machine.Namespaces.Enter("ctr", "-n", "k8s.io", "images", "import", "-");
            await Command.CheckedAsync(["bash", "-c", "exec \"$@\" <\"$0\"", archive, .. import], cancel, limit: ImportLimit);
        }
    }

    /// <summary>SIGKILL and start again; shims and containers live on.</summary>
    public async Task RestartAsync(CancellationToken cancel)
    {
        await Process.DisposeAsync();
        Process = StartProcess();
        await WaitReadyAsync(cancel);
    }

    public async ValueTask DisposeAsync()
    {
        Cri.Dispose();
        await Process.DisposeAsync();
    }

    private NodeProcess StartProcess() =>
        NodeProcess.Start("containerd", logFile, machine.Namespaces.Enter("containerd", "--config", ContainerdConfig.Path), entered: true);

    private async Task WaitReadyAsync(CancellationToken cancel)
    {
        try
        {
            await Poll.UntilAsync(() => Cri.IsReadyAsync(cancel), StartLimit, "containerd's runtime and network ready", cancel);
        }
        catch (TimeoutException error)
        {
            throw new TimeoutException($"{error.Message}; its log ends:\n{await Process.LogTailAsync(20, cancel)}", error);
        }
    }
}
