using System.Net;
using k8s;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Lab.Certificates;
using Rebalancer.Lab.Host;
using Rebalancer.Lab.Images;
using Rebalancer.Lab.Network;
using Rebalancer.Lab.Nodes;
using Rebalancer.Lab.Processes;
using Rebalancer.Lab.Product;
using Rebalancer.Lab.Volumes;
using Rebalancer.Testing;

namespace Rebalancer.Lab;

/// <summary>A cluster of real nodes on this machine with the API server double. One at a time in a lab's namespaces; disposing it leaves nothing.</summary>
public sealed class LabCluster : IAsyncDisposable
{
    private static readonly TimeSpan AnnounceLimit = TimeSpan.FromMinutes(1);
    private readonly List<LabNode> nodes = [];

    private LabCluster(LabEnvironment environment, LabOptions options)
    {
        Environment = environment;
        Options = options;
        LogFolder = $"{Published.Repository}/artifacts/lab-logs/{options.Name}";
        Certificates = new ClusterCertificates(options.Time);
    }

    public LabOptions Options { get; }

    public LabEnvironment Environment { get; }

    public IReadOnlyList<LabNode> Nodes => nodes;

    /// <summary>The API server double, at http://10.88.0.1:PORT for everybody in the lab.</summary>
    public ApiServer Api { get; private set; } = null!;

    public IKubernetes Client { get; private set; } = null!;

    /// <summary>Persistent volumes for its pods.</summary>
    public LabStorage Storage { get; private set; } = null!;

    /// <summary>Null without it.</summary>
    public SupervisedProcess? Descheduler { get; private set; }

    /// <summary>For kubectl and other programs in the lab's root.</summary>
    public string KubeconfigFile => $"{Environment.Slot.Folder}/kubeconfig";

    /// <summary>Logs of every process, a folder for each node.</summary>
    public string LogFolder { get; }

    internal ClusterCertificates Certificates { get; }

    internal Ipam Ipam => Options.Ipam ?? (Options.WithProduct ? Ipam.Rebalancer : Ipam.HostLocal);

    /// <exception cref="LabException">Not inside the lab's namespaces, or the product is not published.</exception>
    public static async Task<LabCluster> StartAsync(LabOptions options, CancellationToken cancel)
    {
        var cluster = new LabCluster(LabEnvironment.EnsureIsolated(), options);
        try
        {
            await cluster.StartAsync(cancel);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <exception cref="KeyNotFoundException">No node of that name.</exception>
    public LabNode Node(string name) => nodes.FirstOrDefault(node => node.Name == name) ?? throw new KeyNotFoundException($"the lab has no node {name}; it has {string.Join(", ", nodes.Select(node => node.Name))}");

    /// <summary>Cuts the traffic between two nodes until <see cref="HealAsync"/>.</summary>
    public Task CutAsync(string one, string other, CutTraffic traffic, CancellationToken cancel) => LinkCuts.CutAsync(Node(one).Name, Node(other).Name, traffic, cancel);

    public Task HealAsync(string one, string other, CancellationToken cancel) => LinkCuts.HealAsync(one, other, cancel);

    /// <summary>Cuts a node's own programs off from the API server until <see cref="HealApiAsync"/>; its kubelet, which lives in this process, is not cut off.</summary>
    public Task CutApiAsync(string node, CancellationToken cancel) => LinkCuts.CutApiAsync(node, Node(node).Address, cancel);

    public Task HealApiAsync(string node, CancellationToken cancel) => LinkCuts.HealApiAsync(node, cancel);

    public async ValueTask DisposeAsync()
    {
        if (Descheduler is not null)
        {
            await Descheduler.DisposeAsync();
        }

        await Task.WhenAll(nodes.Select(node => node.DisposeAsync().AsTask()));
        if (Storage is not null)
        {
            await Storage.DisposeAsync();
        }

        Client?.Dispose();
        if (Api is not null)
        {
            await Api.DisposeAsync();
        }

        await Fabric.RemoveAsync(CancellationToken.None);
        Certificates.Dispose();
        await Janitor.CleanAsync(Environment.Slot, CancellationToken.None);
    }

    private async Task StartAsync(CancellationToken cancel)
    {
        if (Options.WithProduct)
        {
            Published.EnsureComplete();
        }

        ResetLogs();
        await Fabric.CreateAsync(cancel);
        await LinkCuts.CreateAsync(cancel);
        var images = LabImages.BuildAsync(Environment.RootFileSystem, $"{Environment.Slot.Folder}/images", cancel);
        await StartApiAsync(cancel);
        await Task.WhenAll(Options.Nodes.Select((node, at) => AddNodeAsync(node, at + 1, cancel)));
        nodes.Sort((one, other) => one.Index.CompareTo(other.Index));
        string[] archives = [await images, .. Options.ImageArchives];
        if (Options is { WithProduct: true, WithDescheduler: true })
        {
            Descheduler = DeschedulerProcess.Start(Published.Folder, KubeconfigFile, Options.DeschedulerArguments, LogFolder, Options.Time);
        }

        await Task.WhenAll(nodes.Select(node => StartOnAsync(node, archives, cancel)).Append(Descheduler?.WaitReadyAsync(cancel) ?? Task.CompletedTask));
        if (Options.WithProduct)
        {
            await Poll.UntilAsync(() => AgentsAnnouncedAsync(cancel), AnnounceLimit, "every agent has announced its endpoint", cancel);
        }
    }

    private async Task<bool> AgentsAnnouncedAsync(CancellationToken cancel)
    {
        var all = await Client.CoreV1.ListNodeAsync(cancellationToken: cancel);
        return all.Items.Count(node => node.Metadata.Annotations?.ContainsKey(Names.AgentEndpoint) == true) == nodes.Count;
    }

    private async Task StartApiAsync(CancellationToken cancel)
    {
        var options = new ApiServerOptions
        {
            ListenAddress = IPAddress.Parse(Addresses.Gateway),
            CrdFolders = [Published.CrdFolder],
            ObjectFiles = Published.PolicyFiles,
            Controllers = ControllerSet.All,
            Time = Options.Time,
        };
        Api = await ApiServer.StartAsync(options, cancel);
        Client = Api.CreateClient();
        Api.WriteKubeconfig(KubeconfigFile);
        Storage = new LabStorage(Client, $"{Environment.Slot.Folder}/disks", $"{LogFolder}/volumes.log", Options.Time);
        var runtimeClass = new V1RuntimeClass { Metadata = new V1ObjectMeta { Name = Names.RuntimeHandler }, Handler = Names.RuntimeHandler };
        await Client.NodeV1.CreateRuntimeClassAsync(runtimeClass, cancellationToken: cancel);
    }

    private async Task AddNodeAsync(LabNodeOptions options, int index, CancellationToken cancel)
    {
        var node = await LabNode.StartAsync(this, options, index, cancel);
        lock (nodes)
        {
            nodes.Add(node);
        }
    }

    private async Task StartOnAsync(LabNode node, IReadOnlyList<string> archives, CancellationToken cancel)
    {
        // The agent expects its Node object; nobody makes pods before the images are there.
        await node.StartKubeletAsync(cancel);
        await Task.WhenAll(node.ImportAsync(archives, cancel), Options.WithProduct ? node.StartAgentAsync(cancel) : Task.CompletedTask);
    }

    private void ResetLogs()
    {
        if (Directory.Exists(LogFolder))
        {
            Directory.Delete(LogFolder, recursive: true);
        }

        foreach (var node in Options.Nodes)
        {
            Directory.CreateDirectory($"{LogFolder}/{node.Name}");
        }
    }
}
