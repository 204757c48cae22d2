using System.Net.NetworkInformation;
using Rebalancer.Lab.Cgroups;
using Rebalancer.Lab.Network;
using Rebalancer.Lab.Nodes;

namespace Rebalancer.Lab.Tests.Nodes;

/// <summary>What is left of a cluster.</summary>
[Collection(LabCollection.Name)]
public sealed class ClusterEndTests
{
    [Fact]
    public async Task Dispose_WithRunningAndFrozenPods_LeavesNothing()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var lab = await LabCluster.StartAsync(new LabOptions { Name = "end", Nodes = [new LabNodeOptions { Name = "n1" }] }, limit.Token);
        var slot = lab.Environment.Slot;
        try
        {
            var pods = new Pods(lab.Client);
            await pods.StartAsync(Pods.Shell("running", "n1", Pods.Stay), limit.Token);
            var frozen = await pods.StartAsync(Pods.Shell("frozen", "n1", Pods.Stay), limit.Token);
            var container = Pods.Only(frozen).ContainerID["containerd://".Length..];
            Assert.Equal(0, (await lab.Nodes[0].RunAsync(limit.Token, "runc", "--root", "/run/containerd/runc/k8s.io", "pause", container)).ExitCode);
            // Two pause containers, two shells and their sleeps at most.
            Assert.InRange(lab.Nodes[0].ContainerPids().Count, 4, 6);
        }
        finally
        {
            await lab.DisposeAsync();
        }

        Assert.False(new CgroupTree(slot.Cgroup).Exists());
        Assert.False(Directory.Exists(slot.Folder));
        Assert.DoesNotContain(NetworkInterface.GetAllNetworkInterfaces(), device => device.Name == Addresses.Fabric);
        Assert.DoesNotContain(Directory.GetDirectories("/proc"), folder => ReadCommand(folder).Contains("containerd", StringComparison.Ordinal));
    }

    [Fact]
    public async Task PowerOff_Node_EndsItsProcessesAndSparesTheOther()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        LabNodeOptions[] nodes = [new LabNodeOptions { Name = "n1" }, new LabNodeOptions { Name = "n2" }];
        await using var lab = await LabCluster.StartAsync(new LabOptions { Name = "power", Nodes = nodes }, limit.Token);
        var pods = new Pods(lab.Client);
        await pods.StartAsync(Pods.Shell("doomed", "n1", Pods.Stay), limit.Token);
        var spared = await pods.StartAsync(Pods.Shell("spared", "n2", Pods.Stay), limit.Token);

        await lab.Node("n1").PowerOffAsync(limit.Token);
        Assert.Empty(lab.Node("n1").ContainerPids());
        Assert.NotEmpty(lab.Node("n2").ContainerPids());
        await pods.WaitAsync(spared.Metadata.Name, Pods.IsReady, "still ready", limit.Token);
    }

    private static string ReadCommand(string folder)
    {
        try
        {
            return File.ReadAllText(folder + "/comm");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
