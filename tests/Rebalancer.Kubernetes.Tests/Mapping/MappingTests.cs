using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Model;

namespace Rebalancer.Kubernetes.Tests.Mapping;

public sealed class MappingTests
{
    [Fact]
    public void PodRequests_InitSidecarAndOverhead_AsTheSchedulerCounts()
    {
        var pod = Pod();
        pod.Spec.InitContainers =
        [
            Container("init1", "500m", null),
            Container("sidecar", "200m", "Always"),
            Container("init2", "900m", null),
        ];
        pod.Spec.Containers = [Container("a", "300m", null), Container("b", "400m", null)];
        pod.Spec.Overhead = new Dictionary<string, ResourceQuantity> { ["cpu"] = new("50m") };

        // init2 beside the sidecar needs 1100m, more than both containers beside it (900m).
        Assert.Equal(1150, PodMapping.ToModel(pod, []).Requests[ResourceSet.Cpu].MilliUnits);
    }

    [Fact]
    public void PodRequests_LimitWithoutRequest_IsTheRequest()
    {
        var pod = Pod();
        pod.Spec.Containers[0].Resources = new V1ResourceRequirements { Limits = new Dictionary<string, ResourceQuantity> { ["memory"] = new("1Gi") } };

        Assert.Equal(1L << 30, PodMapping.ToModel(pod, []).Requests[ResourceSet.Memory].Units);
    }

    [Fact]
    public void PodRequests_OfThePodAsAWhole_StandInsteadOfTheContainersSum()
    {
        var pod = Pod();
        pod.Spec.Containers = [Container("a", "300m", null), Container("b", "400m", null)];
        pod.Spec.Resources = new V1ResourceRequirements { Requests = new Dictionary<string, ResourceQuantity> { ["cpu"] = new("1") } };

        Assert.Equal(1000, PodMapping.ToModel(pod, []).Requests[ResourceSet.Cpu].MilliUnits);
    }

    [Fact]
    public void PodRequests_WhileResizedInPlace_TheLargerCounts()
    {
        var pod = Pod();
        pod.Spec.Containers = [Container("a", "300m", null)];
        pod.Status = new V1PodStatus
        {
            ContainerStatuses = [new V1ContainerStatus { Name = "a", AllocatedResources = new Dictionary<string, ResourceQuantity> { ["cpu"] = new("700m") } }],
        };

        Assert.Equal(700, PodMapping.ToModel(pod, []).Requests[ResourceSet.Cpu].MilliUnits);
    }

    [Fact]
    public void Node_SeveralInvalidFields_AllAreReported()
    {
        var node = Node((Names.TerminatesAt, "tomorrow"));
        node.Status.Allocatable = new Dictionary<string, ResourceQuantity> { ["cpu"] = new("-1"), ["memory"] = new("-5") };
        var problems = new List<InvalidField>();

        var info = NodeMapping.ToModel(node, problems);

        Assert.Equal(3, problems.Count);
        Assert.All(problems, p => Assert.Equal("Node n1", p.Item));
        Assert.Contains(problems, p => p.Value == "tomorrow");
        Assert.True(info.Doomed);
        Assert.Null(info.TerminatesAt);
    }

    [Theory]
    [InlineData("2026-01-31T12:00:00Z", true)]
    [InlineData("2026-01-31T12:00:00.5+01:00", true)]
    [InlineData("2026-01-31T12:00:00", false)]
    [InlineData("2026-01-31 12:00:00Z", false)]
    [InlineData("2026-02-31T12:00:00Z", false)]
    [InlineData("1769860800", false)]
    [InlineData("", false)]
    public void Node_TerminatesAt_OnlyRfc3339(string text, bool valid)
    {
        var problems = new List<InvalidField>();

        var info = NodeMapping.ToModel(Node((Names.TerminatesAt, text)), problems);

        Assert.Equal(valid, problems.Count == 0);
        Assert.Equal(valid, info.TerminatesAt is not null);
    }

    [Fact]
    public void Pod_NamespaceSelectorThatCannotBeEvaluated_RefusesRatherThanBreaksTheRule()
    {
        var pod = Pod();
        var term = new V1PodAffinityTerm
        {
            TopologyKey = Names.Hostname,
            LabelSelector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { ["app"] = "x" } },
            NamespaceSelector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { ["team"] = "db" } },
        };
        pod.Spec.Affinity = new V1Affinity
        {
            PodAntiAffinity = new V1PodAntiAffinity { RequiredDuringSchedulingIgnoredDuringExecution = [term] },
            PodAffinity = new V1PodAffinity { RequiredDuringSchedulingIgnoredDuringExecution = [term] },
        };
        var anything = new PodInfo { Namespace = "elsewhere", Name = "p" };

        var placement = PodMapping.ToModel(pod, []).Placement;

        Assert.True(placement.AntiAffinity.Single().Matches(anything));
        Assert.False(placement.Affinity.Single().Matches(anything));
    }

    [Fact]
    public void Pod_Shape_NamesWhatStopsAMove()
    {
        var pod = Pod();
        pod.Spec.HostNetwork = true;
        pod.Spec.Volumes = [new V1Volume { Name = "v", HostPath = new V1HostPathVolumeSource { Path = "/" } }, new V1Volume { Name = "c", ConfigMap = new V1ConfigMapVolumeSource { Name = "c" } }];
        pod.Spec.Containers[0].LivenessProbe = new V1Probe { HttpGet = new V1HTTPGetAction { Port = 80 }, PeriodSeconds = 5, FailureThreshold = 2 };
        pod.Spec.Containers[0].Resources = new V1ResourceRequirements { Limits = new Dictionary<string, ResourceQuantity> { ["nvidia.com/gpu"] = new("1") } };
        pod.Metadata.Annotations = new Dictionary<string, string> { [Names.SafeToEvict] = "false" };

        var shape = PodMapping.ToModel(pod, []).Shape;

        Assert.Equal("network", Assert.Single(shape.HostNamespaces));
        Assert.Equal(["hostPath", "configMap"], shape.Volumes.Select(v => v.Kind));
        Assert.Equal("nvidia.com/gpu", Assert.Single(shape.Devices));
        Assert.Equal(new ProbeInfo("a", "http", 5, 2), shape.FreezeSensitiveProbes.Single());
        Assert.Equal(Names.SafeToEvict + "=false", shape.DoNotDisrupt);
    }

    private static V1Container Container(string name, string cpu, string? restart) => new()
    {
        Name = name,
        RestartPolicy = restart,
        Resources = new V1ResourceRequirements { Requests = new Dictionary<string, ResourceQuantity> { ["cpu"] = new(cpu) } },
    };

    private static V1Pod Pod() => new()
    {
        Metadata = new V1ObjectMeta { Name = "p", NamespaceProperty = "ns" },
        Spec = new V1PodSpec { Containers = [new V1Container { Name = "a" }] },
    };

    private static V1Node Node(params (string Key, string Value)[] annotations) => new()
    {
        Metadata = new V1ObjectMeta { Name = "n1", Annotations = annotations.ToDictionary(a => a.Key, a => a.Value) },
        Status = new V1NodeStatus(),
    };
}
