using Rebalancer.Lab.Processes;
using System.Globalization;
using System.Net;
using k8s;
using k8s.Models;
using Rebalancer.Lab.Metadata;
using Rebalancer.Lab.Moves;
using Rebalancer.Lab.Network;
using Rebalancer.Lab.Nodes;

namespace Rebalancer.Lab.Tests.BadInput;

/// <summary>A cluster with the product: a node with a metadata service, one to move to, and one that no pod fits on.</summary>
public sealed class BadInputLab : IAsyncLifetime
{
    public const string Source = "source";
    public const string Target = "target";
    public const string Small = "small";
    private const int MetadataPort = 8201;
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(5);
    private MetadataService metadata = null!;
    private int names;

    public LabCluster Cluster { get; private set; } = null!;

    internal MetadataService Metadata => metadata;

    internal Pods Pods => new(Cluster.Client);

    internal MigrationApi Migrations => new(Cluster.Client, TimeProvider.System);

    public async Task InitializeAsync()
    {
        using var limit = new CancellationTokenSource(StartLimit);
        var instance = new MetadataOptions(new IPEndPoint(IPAddress.Any, MetadataPort), "i-0123456789abcdef0", "m5.large", "eu-central-1a", "spot");
        metadata = await MetadataService.StartAsync(instance, TimeProvider.System, limit.Token);
        LabNodeOptions[] nodes =
        [
            new LabNodeOptions { Name = Source, MetadataUrl = string.Create(CultureInfo.InvariantCulture, $"http://{Addresses.Gateway}:{MetadataPort}") },
            new LabNodeOptions { Name = Target },
            new LabNodeOptions { Name = Small, Memory = "8Mi" },
        ];
        Cluster = await LabCluster.StartAsync(new LabOptions { Name = "bad-input", Nodes = nodes, WithProduct = true }, limit.Token);
    }

    public async Task DisposeAsync()
    {
        await Cluster.DisposeAsync();
        await metadata.DisposeAsync();
    }

    /// <summary>A running pod on the source node, of a name of its own, that says already whether it can move: nothing more is written to it by itself.</summary>
    internal async Task<V1Pod> StartAsync(Action<V1Pod> change, CancellationToken cancel, string script = Tests.Pods.Stay)
    {
        var pod = Tests.Pods.Shell(NewName("pod"), Source, script);
        pod.Spec.RuntimeClassName = Kubernetes.Api.Names.RuntimeHandler;
        pod.Spec.Containers[0].Resources = new V1ResourceRequirements { Requests = new Dictionary<string, ResourceQuantity> { ["memory"] = new("32Mi") } };
        change(pod);
        await Pods.StartAsync(pod, cancel);
        await Poll.UntilAsync(
            async () => (pod = await Cluster.Client.CoreV1.ReadNamespacedPodAsync(pod.Metadata.Name, pod.Metadata.NamespaceProperty ?? "default", cancellationToken: cancel))
                .Status.Conditions?.Any(c => c.Type == Kubernetes.Api.Names.LiveMigratable) == true,
            StartLimit,
            "the condition LiveMigratable",
            cancel);
        return pod;
    }

    internal string NewName(string prefix) => string.Create(CultureInfo.InvariantCulture, $"{prefix}-{Interlocked.Increment(ref names)}");
}
