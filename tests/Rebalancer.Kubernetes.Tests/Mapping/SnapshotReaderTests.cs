using System.Collections.Immutable;
using System.Text;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Model;

namespace Rebalancer.Kubernetes.Tests.Mapping;

public sealed class SnapshotReaderTests
{
    private const string Node = """
        {"apiVersion":"v1","kind":"Node","metadata":{"name":"n1","labels":{"karpenter.sh/capacity-type":"spot","topology.kubernetes.io/zone":"z1",
        "node.kubernetes.io/instance-type":"m5.large","feature.node.kubernetes.io/cpu-cpuid.AVX2":"true"}},
        "status":{"allocatable":{"cpu":"1930m","memory":"7Gi","pods":"29"},"conditions":[{"type":"Ready","status":"True"}]}}
        """;

    private const string Pod = """
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"p1","namespace":"ns","labels":{"app":"x","rev":"7"}},
        "spec":{"nodeName":"n1","containers":[{"name":"c","resources":{"requests":{"cpu":"100m"}},"ports":[{"containerPort":80,"hostPort":8080}]}],
        "volumes":[{"name":"d","persistentVolumeClaim":{"claimName":"data"}},{"name":"scratch","ephemeral":{"volumeClaimTemplate":{}}}],
        "topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"zone","whenUnsatisfiable":"DoNotSchedule","labelSelector":{"matchLabels":{"app":"x"}},"matchLabelKeys":["rev"]}],
        "affinity":{"podAntiAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"zone","labelSelector":{"matchLabels":{"app":"x"}},
        "namespaceSelector":{"matchLabels":{"team":"db"}}}]}}},"status":{"phase":"Running"}}
        """;

    [Fact]
    public void Read_ListOfEveryKind_IsTheCluster()
    {
        const string more = """
            {"kind":"Namespace","metadata":{"name":"ns","labels":{"team":"db"}}},{"kind":"Namespace","metadata":{"name":"other"}},
            {"kind":"PodDisruptionBudget","metadata":{"name":"b","namespace":"ns","generation":1},"spec":{"selector":{}},"status":{"observedGeneration":1,"disruptionsAllowed":2,"currentHealthy":3,"desiredHealthy":1,"expectedPods":3}},
            {"kind":"PersistentVolumeClaim","metadata":{"name":"data","namespace":"ns"},"spec":{"volumeName":"v","accessModes":["ReadWriteOnce"]}},
            {"kind":"PersistentVolume","metadata":{"name":"v","labels":{"topology.kubernetes.io/zone":"z1__z2"}},"spec":{"csi":{"driver":"d","volumeHandle":"h"}}},
            {"kind":"StorageClass","metadata":{"name":"fast"},"provisioner":"d","volumeBindingMode":"WaitForFirstConsumer"},
            {"kind":"CSINode","metadata":{"name":"n1"},"spec":{"drivers":[{"name":"d","nodeID":"n1","allocatable":{"count":25}}]}},
            {"kind":"PriorityClass","metadata":{"name":"high"},"value":1000},
            {"kind":"ReplicaSet","metadata":{"name":"rs","namespace":"ns","uid":"u","ownerReferences":[{"apiVersion":"apps/v1","kind":"Deployment","name":"dep","uid":"d","controller":true}]},"spec":{"replicas":3,"selector":{}}},
            {"kind":"ConfigMap","metadata":{"name":"of no interest","namespace":"ns"}}
            """;

        var (snapshot, problems) = Read(List(Node, Pod, more));

        Assert.Empty(problems);
        var node = Assert.Single(snapshot.Nodes);
        Assert.Equal(("m5.large", "z1", CapacityType.Spot), (node.Machine.InstanceType, node.Machine.Zone, node.Machine.Capacity));
        Assert.Equal("AVX2", Assert.Single(node.Machine.CpuFeatures));
        Assert.Equal(25, node.AttachLimits["d"]);
        var pod = Assert.Single(snapshot.Pods);
        Assert.Equal("data,p1-scratch", string.Join(',', pod.Claims));
        Assert.Equal(new HostPort("0.0.0.0", "TCP", 8080), Assert.Single(pod.HostPorts));
        Assert.Equal("app In [x], rev In [7]", string.Join(", ", pod.Placement.Spread.Single().Selector!.Requirements));
        Assert.Equal("ns", Assert.Single(pod.Placement.AntiAffinity.Single().Namespaces));
        Assert.Equal(2, snapshot.Budgets.Single().DisruptionsAllowed);
        Assert.Equal("z1,z2", string.Join(',', snapshot.Storage.Volumes.Single().Topology.Single().Values));
        Assert.Equal(("Deployment", 3), (snapshot.Workloads.Single().Owner!.Kind, snapshot.Workloads.Single().Replicas!.Value));
    }

    [Fact]
    public void Read_SeveralFilesAndConcatenatedLists_AreOneCluster()
    {
        var (snapshot, problems) = SnapshotReader.Read([("a", Bytes(List(Node) + "\n" + List(Pod))), ("b", Bytes(Node.Replace("\"n1\"", "\"n2\"", StringComparison.Ordinal)))]);

        Assert.Empty(problems);
        Assert.Equal((2, 1), (snapshot.Nodes.Length, snapshot.Pods.Length));
    }

    [Fact]
    public void Read_MuchIsWrong_AllIsReportedWithObjectAndField()
    {
        var (_, problems) = Read(List(
            Node.Replace("1930m", "NaN", StringComparison.Ordinal),
            Node.Replace("\"n1\"", "\"n2\"", StringComparison.Ordinal).Replace("7Gi", "-7Gi", StringComparison.Ordinal),
            Node.Replace("\"n1\"", "\"n3\"", StringComparison.Ordinal).Replace("\"29\"", "\"0\"", StringComparison.Ordinal),
            Pod.Replace("100m", "100 cores", StringComparison.Ordinal),
            Pod.Replace("\"p1\"", "\"p2\"", StringComparison.Ordinal).Replace("\"maxSkew\":1", "\"maxSkew\":0", StringComparison.Ordinal),
            Pod.Replace("\"p1\"", "\"p3\"", StringComparison.Ordinal).Replace("100m", "9e18", StringComparison.Ordinal),
            """{"kind":"Pod","metadata":{"name":"p4","namespace":"ns"},"spec":{"containers":"none"}}""",
            """{"kind":"Pod","metadata":{}}"""));

        var text = string.Join('\n', problems);
        Assert.All(new[] { "Node n1: ", "Node n2: ", "Node n3: ", "Pod ns/p1: ", "Pod ns/p2: ", "Pod ns/p3: ", "Pod ns/p4: ", "items[7]: metadata.name" }, item => Assert.Contains(item, text, StringComparison.Ordinal));
        Assert.Contains("is 'NaN'", text, StringComparison.Ordinal);
        Assert.Contains("is '-7Gi'", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"kind\":\"List\",\"items\":[]}")]
    [InlineData("{\"kind\":\"List\",\"items\":[")]
    [InlineData("apiVersion: v1")]
    public void Read_NoClusterAtAll_IsReported(string text) => Assert.NotEmpty(Read(text).Problems);

    [Fact]
    public void Read_SameObjectTwice_IsReported() => Assert.Contains("each object once", Assert.Single(Read(List(Node, Node)).Problems).ToString(), StringComparison.Ordinal);

    private static string List(params string[] items) => $$"""{"apiVersion":"v1","kind":"List","items":[{{string.Join(',', items)}}]}""";

    private static (ClusterSnapshot Snapshot, ImmutableArray<InvalidField> Problems) Read(string text) => SnapshotReader.Read([("file", Bytes(text))]);

    private static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
