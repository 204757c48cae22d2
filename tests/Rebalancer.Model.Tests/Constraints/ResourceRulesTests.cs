using Rebalancer.Policy.Constraints;
using static Rebalancer.Model.Tests.Build;

namespace Rebalancer.Model.Tests.Constraints;

public sealed class ResourceRulesTests
{
    [Theory]
    [InlineData("cpu", "4", RejectionKind.None)]
    [InlineData("cpu", "4001m", RejectionKind.Resources)]
    [InlineData("memory", "8Gi", RejectionKind.None)]
    [InlineData("memory", "8589934593", RejectionKind.Resources)]
    [InlineData("ephemeral-storage", "10Gi", RejectionKind.None)]
    [InlineData("ephemeral-storage", "11Gi", RejectionKind.Resources)]
    [InlineData("hugepages-2Mi", "4Mi", RejectionKind.None)]
    [InlineData("hugepages-2Mi", "6Mi", RejectionKind.Resources)]
    [InlineData("nvidia.com/gpu", "1", RejectionKind.None)]
    [InlineData("nvidia.com/gpu", "2", RejectionKind.Resources)]
    [InlineData("example.com/fpga", "1", RejectionKind.Resources)]
    [InlineData("example.com/fpga", "0", RejectionKind.None)]
    public void Check_OneResource_FitsUpToAllocatable(string resource, string asked, RejectionKind expected)
    {
        var node = Node("a").Offers("ephemeral-storage", "10Gi").Offers("hugepages-2Mi", "4Mi").Offers("nvidia.com/gpu", "1");

        Assert.Equal(expected, Verdict(Cluster([node]), Pod("p").Asks(resource, asked), "a"));
    }

    [Fact]
    public void Check_OtherPodsHoldRoom_OnlyTheRestIsFree()
    {
        var cluster = Cluster([Node("a", cpu: "1")], Pod("there", "a", cpu: "700m"));

        Assert.Equal(RejectionKind.None, Verdict(cluster, Pod("p", cpu: "300m"), "a"));
        Assert.Equal(RejectionKind.Resources, Verdict(cluster, Pod("p", cpu: "301m"), "a"));
    }

    [Fact]
    public void Check_OvercommittedNode_StillTakesPodsThatAskForNothing()
    {
        var cluster = Cluster([Node("a", cpu: "1")], Pod("there", "a", cpu: "2"));

        Assert.Equal(RejectionKind.None, Verdict(cluster, Pod("p", cpu: "0", memory: "0"), "a"));
    }

    [Fact]
    public void Check_PodLimitReached_EvenAnEmptyPodIsRefused()
    {
        var cluster = Cluster([Node("a", pods: 1)], Pod("there", "a"));

        Assert.Equal(RejectionKind.PodLimit, Verdict(cluster, Pod("p", cpu: "0", memory: "0"), "a"));
    }

    [Fact]
    public void Check_FinishedPod_HoldsNothing_TerminatingPodDoes()
    {
        var gone = Pod("gone", "a", cpu: "4") with { Phase = "Failed" };
        var going = Pod("going", "a", cpu: "4") with { Terminating = true };

        Assert.Equal(RejectionKind.None, Verdict(Cluster([Node("a")], gone), Pod("p"), "a"));
        Assert.Equal(RejectionKind.Resources, Verdict(Cluster([Node("a")], going), Pod("p"), "a"));
    }

    [Fact]
    public void Check_RemovedAndPlacedAgain_CountsAreWhatTheyWere()
    {
        var cluster = Cluster([Node("a", cpu: "1")], Pod("there", "a", cpu: "1"), Pod("p", cpu: "500m"));
        var index = new ClusterIndex(cluster);
        var state = new Occupancy(index);
        var (there, p) = (index.PodNumber(cluster.Pods[0]), index.PodNumber(cluster.Pods[1]));

        state.Remove(there, 0);
        Assert.Equal(RejectionKind.None, state.Check(p, 0));
        state.Place(there, 0);
        Assert.Equal(RejectionKind.Resources, state.Check(p, 0));
        Assert.Equal("needs cpu 500m, free 0", state.Explain(p, 0, RejectionKind.Resources));
    }

    [Theory]
    [InlineData("0.0.0.0", "TCP", 80, RejectionKind.HostPort)]
    [InlineData("10.0.0.1", "TCP", 80, RejectionKind.HostPort)]
    [InlineData("10.0.0.2", "TCP", 80, RejectionKind.None)]
    [InlineData("0.0.0.0", "UDP", 80, RejectionKind.None)]
    [InlineData("0.0.0.0", "TCP", 81, RejectionKind.None)]
    public void Check_HostPort_ConflictsByAddressProtocolAndNumber(string address, string protocol, int port, RejectionKind expected)
    {
        var there = Pod("there", "a") with { HostPorts = [new HostPort("10.0.0.1", "TCP", 80)] };

        Assert.Equal(expected, Verdict(Cluster([Node("a")], there), Pod("p") with { HostPorts = [new HostPort(address, protocol, port)] }, "a"));
    }
}
