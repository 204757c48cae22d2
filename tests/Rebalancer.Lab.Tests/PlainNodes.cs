using Rebalancer.Lab.Nodes;

namespace Rebalancer.Lab.Tests;

/// <summary>Two nodes without the product, one for each version of cgroups that the machine can have.</summary>
public sealed class PlainNodes : IAsyncLifetime
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);

    public LabCluster Lab { get; private set; } = null!;

    internal Pods Pods { get; private set; } = null!;

    /// <summary>The node with the machine's own cgroups.</summary>
    public LabNode First => Lab.Nodes[0];

    /// <summary>The node with cgroup version 2.</summary>
    public LabNode Second => Lab.Nodes[1];

    public async Task InitializeAsync()
    {
        using var limit = new CancellationTokenSource(StartLimit);
        var options = new LabOptions
        {
            Name = "plain-nodes",
            Nodes = [new LabNodeOptions { Name = "n1", Cpu = "4" }, new LabNodeOptions { Name = "n2", CgroupVersion = CgroupVersion.V2 }],
        };
        Lab = await LabCluster.StartAsync(options, limit.Token);
        Pods = new Pods(Lab.Client);
    }

    public async Task DisposeAsync()
    {
        if (Lab is not null)
        {
            await Lab.DisposeAsync();
        }
    }
}
